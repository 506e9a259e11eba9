/*
 * sum - the yardstick of the bench: map a file and add up all of its 8-byte words, on as many
 * threads as the debugger gets. Nothing that looks at every word of a core can be faster.
 *
 *   sum FILE THREADS
 *
 * Only the parts of the file that hold data count (a sparse core has holes, which mdbish skips as
 * well). Prints the bytes, the milliseconds, the sum.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
#define PIECE       ((size_t)1 << 20)

struct part {
	const uint64_t *words;
	size_t count;
};

static struct {
	struct part *parts;
	size_t count;
	size_t next; /* taken by threads, atomically */
} work;

static void *add_up(void *out)
{
	uint64_t sum = 0;
	size_t i;

	while ((i = __atomic_fetch_add(&work.next, 1, __ATOMIC_RELAXED)) < work.count) {
		const struct part *p = &work.parts[i];

		for (size_t k = 0; k < p->count; k++)
			sum += p->words[k];
	}
	*(uint64_t *)out = sum;
	return NULL;
}

/* Cut what the file holds into pieces. Returns the bytes, or -1. */
static off_t cut(int fd, const char *map, off_t size)
{
	off_t total = 0;
	off_t at = 0;

	while (at < size && (at = lseek(fd, at, SEEK_DATA)) >= 0) {
		off_t end = lseek(fd, at, SEEK_HOLE);

		for (; at < end; at += (off_t)PIECE) {
			size_t n = (size_t)(end - at) < PIECE ? (size_t)(end - at) : PIECE;
			struct part *more = realloc(work.parts, (work.count + 1) * sizeof *more);

			if (more == NULL)
				return -1;
			work.parts = more;
			work.parts[work.count++] = (struct part){(const void *)(map + at), n / 8};
			total += (off_t)n;
		}
		at = end;
	}
	return total;
}

static uint64_t run(unsigned threads)
{
	pthread_t thread[MAX_THREADS];
	uint64_t sums[MAX_THREADS] = {0};
	uint64_t sum = 0;
	unsigned started = 0;

	while (started < threads - 1 &&
	       pthread_create(&thread[started], NULL, add_up, &sums[started]) == 0)
		started++;
	add_up(&sums[started]);
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	for (unsigned i = 0; i <= started; i++)
		sum += sums[i];
	return sum;
}

int main(int argc, char **argv)
{
	unsigned threads = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	struct timespec before, after;
	struct stat st;
	int fd;

	if (threads < 1 || threads > MAX_THREADS) {
		fprintf(stderr, "usage: sum FILE THREADS\n");
		return 2;
	}
	clock_gettime(CLOCK_MONOTONIC, &before);
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0) {
		perror(argv[1]);
		return 2;
	}
	const char *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	off_t bytes = map == MAP_FAILED ? -1 : cut(fd, map, st.st_size);
	if (bytes < 0) {
		perror(argv[1]);
		return 2;
	}
	uint64_t sum = run(threads);
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("%lld %.1f %016llx\n", (long long)bytes,
	       (double)(after.tv_sec - before.tv_sec) * 1e3 +
		       (double)(after.tv_nsec - before.tv_nsec) / 1e6,
	       (unsigned long long)sum);
	return 0;
}
