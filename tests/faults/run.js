'use strict';
/*
 * run - the faults suite: whatever file mdbish is given, it answers with one clear line and exit
 * status 2, or with a warning and all that the file still holds. Never a signal, never a hang.
 */
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Suite, mdbish, versions, corePath, truthOf, MDBISH } = require('../runner.js');
const elf = require('./elf.js');
const { cutHeaps } = require('./heap.js');

const suite = new Suite('faults');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'mdbish-faults-'));
const LINES = 2; // an explanation may take a second line

function file(name, bytes) {
	const full = path.join(work, name);
	fs.writeFileSync(full, bytes);
	return full;
}

function alive(result, patience) {
	assert.ok(!result.timedOut, `${result.command}: hangs (${patience})`);
	assert.strictEqual(result.signal, null, `${result.command}: ${result.signal}\n${result.stderr}`);
	assert.doesNotMatch(result.stderr, /Sanitizer|runtime error|assertion/i);
}

/* The program must refuse: exit status 2, one clear line that matches and names the file. */
function refuses(name, args, pattern, { names = args[args.length - 1], spawn = {} } = {}) {
	suite.test(`${name}: refused`, () => {
		const result = mdbish(['-e', '::status', ...args], { timeout: 20000, ...spawn });
		alive(result, '20 s');
		assert.strictEqual(result.status, 2, `exit status ${result.status}\n${result.stdout}${result.stderr}`);
		const lines = result.stderr.trimEnd().split('\n');
		assert.ok(lines.length <= LINES, `${lines.length} lines:\n${result.stderr}`);
		assert.match(lines[0], /^mdbish: /);
		assert.match(result.stderr, pattern);
		assert.ok(result.stderr.includes(path.basename(names)), `does not name ${names}: ${result.stderr}`);
	});
}

function notCores() {
	suite.section('no cores');
	refuses('text', [file('text', 'Dear debugger,\nthis is a letter.\n'.repeat(100))], /not an ELF/);
	refuses('empty', [file('empty', '')], /empty|not an ELF|too short/);
	refuses('one byte', [file('one', '\x7f')], /not an ELF|too short/);
	refuses('only the magic', [file('magic', '\x7fELF')], /ELF/);
	refuses('zeros', [file('zeros', Buffer.alloc(100000))], /not an ELF/);
	refuses('an executable', [process.execPath], /not (an ELF |a )?core|executable/);
	refuses('a directory', [work], /directory/i);
	refuses('a missing file', [path.join(work, 'missing')], /No such file|does not exist/);
	refuses('a device', ['/dev/zero'], /device/);
	refuses('a long name', [`/${'x'.repeat(5000)}`], /too long/i, { names: 'xxx' });
	suite.test('a named pipe: refused without waiting', () => {
		const pipe = path.join(work, 'pipe');
		assert.strictEqual(spawnSync('mkfifo', [pipe]).status, 0);
		const result = mdbish(['-e', '::status', pipe], { timeout: 20000 });
		alive(result, '20 s');
		assert.strictEqual(result.status, 2);
		assert.match(result.stderr, /^mdbish: .*pipe/);
	});
	suite.test('an unreadable file: refused', () => {
		const secret = file('secret', elf.header64());
		fs.chmodSync(secret, 0);
		// Root reads everything, so it must become someone else, who may not reach this folder.
		const program = path.join(work, 'mdbish');
		fs.copyFileSync(MDBISH, program);
		fs.chmodSync(work, 0o755);
		const nobody = process.getuid() === 0 ? { program, cwd: work, uid: 65534, gid: 65534 } : { program };
		const result = mdbish(['-e', '::status', secret], nobody);
		alive(result, '20 s');
		assert.strictEqual(result.status, 2);
		assert.match(result.stderr, /^mdbish: .*secret.*[Pp]ermission/);
	});
	suite.test('no argument: usage', () => {
		const result = mdbish([], { timeout: 20000 });
		alive(result, '20 s');
		assert.strictEqual(result.status, 2);
		assert.match(result.stderr, /usage/i);
	});
}

function otherMachines() {
	suite.section('other machines');
	const machine = elf.EM_AARCH64;
	refuses('32 bits', [file('elf32', elf.header32())], /32/);
	refuses('aarch64', [file('arm', elf.header64({ machine }))], /x86-64|x86_64|architecture|machine/i);
	refuses('big endian', [file('big', elf.header64({ bigEndian: true }))], /endian|byte order|x86-64|x86_64/i);
	refuses('unknown machine', [file('none', elf.header64({ machine: 0xffff }))], /x86-64|x86_64|architecture|machine/i);
	refuses('shared object', [file('dyn', elf.header64({ type: 3 }))], /not (an ELF |a )?core/);
	const hollow = survives('a core of nothing', [file('nothing', elf.header64())]);
	suite.test('a core of nothing: a warning says so', () => {
		assert.match(hollow.stdout + hollow.stderr, /nothing tells nothing about threads/);
		assert.strictEqual(recordsOf(hollow, 'jsobjects').length, 0);
	});
	refuses('65535 segments and no table', [file('phnum', elf.header64({ programs: 65535 }))], /core|header|truncated/);
	const far = elf.header64();
	far.writeBigUInt64LE(0xfffffffffffffff0n, 32);
	refuses('segment table beyond everything', [file('far', far)], /core|header|truncated/);
}

/* mdbish must live on, and say something: status 0 or 1 with output, or 2 with a line. */
function survives(name, args, commands = ['::status', '::mappings', 'info threads', '::findjsobjects',
	'::jsstack', '::v8pages']) {
	let result;
	suite.test(`${name}: survived`, () => {
		result = mdbish(['--json', '--keep-going', ...commands.flatMap((c) => ['-e', c]), ...args],
			{ timeout: 120000 });
		alive(result, '120 s');
		assert.ok([0, 1, 2].includes(result.status), `exit status ${result.status}`);
		const said = result.status === 2 ? result.stderr : result.stdout;
		assert.notStrictEqual(said, '', 'says nothing');
	});
	return result;
}

function recordsOf(result, type) {
	return result.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line))
		.filter((r) => r.type === type);
}

function otherPrograms(version) {
	suite.section('other programs');
	const sleeper = path.join(work, 'sleeper.core');
	suite.test('a core of sleep is made', () => {
		const made = spawnSync('bash', ['-c', `sleep 60 & pid=$!; sleep 0.2
			gdb --batch -nx -iex 'set debuginfod enabled off' -p $pid -ex 'generate-core-file ${sleeper}'
			kill $pid`], { encoding: 'utf8' });
		assert.ok(fs.existsSync(sleeper), made.stdout + made.stderr);
	});
	const result = survives('a core of sleep', [sleeper]);
	suite.test('a core of sleep: status, mappings and threads are there, the heap is not', () => {
		assert.strictEqual(result.status, 1);
		const [status] = recordsOf(result, 'status');
		assert.match(status.executable, /sleep|coreutils/);
		assert.strictEqual(status.node, null);
		assert.ok(recordsOf(result, 'mapping').length > 5);
		assert.strictEqual(recordsOf(result, 'thread').length, 1);
		const messages = recordsOf(result, 'error').map((e) => e.message).join('\n');
		assert.match(messages, /V8|Node/);
	});
	const core = corePath(version, 'stack');
	const wrong = survives('the wrong executable', ['-x', '/bin/sleep', core]);
	suite.test('the wrong executable: a warning names it', () => {
		assert.match(wrong.stdout + wrong.stderr, /sleep/);
		assert.match(wrong.stdout + wrong.stderr, /build-id/);
	});
	refuses('an executable that is missing', ['-x', path.join(work, 'missing'), core], /missing/,
		{ names: 'missing' });
	refuses('an executable that is text', ['-x', path.join(work, 'text'), core], /text/, { names: 'text' });
}

/* Nodes that nobody knows: the executable gone, or without the symbols that describe V8. */
function unknownNodes(version) {
	suite.section('unknown Nodes');
	const core = corePath(version, 'stack');
	const truth = truthOf(version, 'stack');
	const empty = path.join(work, 'sysroot');
	fs.mkdirSync(empty);
	const gone = survives('the executable is gone', ['--sysroot', empty, core]);
	suite.test('the executable is gone: it says which one, and threads remain', () => {
		assert.ok((gone.stdout + gone.stderr).includes(truth.executable), gone.stdout.slice(0, 1000));
		assert.ok(recordsOf(gone, 'thread').length > 1);
	});
	const stripped = path.join(work, 'node');
	suite.test('a Node is stripped', () => {
		assert.strictEqual(spawnSync('strip', ['-o', stripped, truth.executable]).status, 0);
	});
	const blind = survives('a stripped Node', ['-x', stripped, core]);
	suite.test('a stripped Node: findjsobjects works or says what is missing', () => {
		const errors = recordsOf(blind, 'error');
		const rows = recordsOf(blind, 'jsobjects');
		assert.ok(rows.length > 100 || errors.some((e) => /V8|symbol/.test(e.message)),
			blind.stdout.slice(0, 1000));
	});
}

/* A copy without holes being filled. */
function copy(core, name) {
	const to = path.join(work, name);
	assert.strictEqual(spawnSync('cp', ['--sparse=always', core, to]).status, 0);
	return to;
}

function truncated(version) {
	suite.section(`truncated ${version}`);
	const core = corePath(version, 'heap');
	const truth = truthOf(version, 'heap');
	const { size } = fs.statSync(core);
	const cut = copy(core, 'cut.core');
	let before = truth.constructors.TruthCat + truth.prototypes.TruthCat;
	for (const share of [0.999, 0.9, 0.75, 0.5, 0.25, 0.1, 0.01, 0.001]) {
		fs.truncateSync(cut, Math.floor(size * share));
		const result = survives(`${share * 100} % of a core`, [cut]);
		suite.test(`${share * 100} % of a core: it says so and lists what is there`, () => {
			assert.match(result.stdout + result.stderr, /truncated/);
			if (result.status === 2) {
				return;
			}
			const [status] = recordsOf(result, 'status');
			assert.strictEqual(status.complete, false);
			assert.strictEqual(status.pid, truth.pid);
			const cats = recordsOf(result, 'jsobjects').filter((r) => r.constructor === 'TruthCat')
				.reduce((sum, r) => sum + r.count, 0);
			assert.ok(cats <= before, `${cats} after ${before}`);
			// What was cut off first is a stack, no heap.
			assert.ok(share < 0.99 || cats === before, `${cats} of ${before}`);
			before = cats;
		});
	}
	for (const bytes of [4096, 1000]) {
		fs.truncateSync(cut, bytes);
		const result = survives(`the first ${bytes} bytes of a core`, [cut]);
		suite.test(`the first ${bytes} bytes of a core: truncated`, () => {
			assert.match(result.stdout + result.stderr, /truncated/);
		});
	}
	for (const bytes of [64, 63, 20]) {
		fs.truncateSync(cut, bytes);
		refuses(`the first ${bytes} bytes of a core`, [cut], /truncated|not an ELF|core|short/);
	}
	fs.rmSync(cut);
}

/* Headers and notes of a real core, damaged one at a time. */
function damaged(version) {
	suite.section(`damaged ${version}`);
	const core = corePath(version, 'stack');
	const bad = copy(core, 'bad.core');
	const headers = elf.programHeaders(core);
	const note = headers.find((h) => h.type === elf.PT_NOTE);
	const loads = headers.filter((h) => h.type === 1);
	const [big] = [...loads].sort((a, b) => b.size - a.size);
	const [FILE, MEMORY, ADDRESS] = [32, 40, 16]; // p_filesz, p_memsz, p_vaddr
	const damage = {
		'notes of no length': [note.at + FILE, elf.u64(0)],
		'notes beyond the file': [note.at + 8, elf.u64(0x7fffffffffff)],
		'notes longer than the file': [note.at + FILE, elf.u64(0xffffffffffffffffn)],
		'a name of 4 GB in the notes': [note.offset, Buffer.from('ffffffff', 'hex')],
		'a note of 4 GB': [note.offset + 4, Buffer.from('ffffffff', 'hex')],
		'a segment of 2^64 bytes in the file': [big.at + FILE, elf.u64(0xffffffffffffffffn)],
		'a segment of 2^64 bytes in memory': [big.at + MEMORY, elf.u64(0xffffffffffffffffn)],
		'a segment beyond the file': [big.at + 8, elf.u64(0x7ffffffffffff000n)],
		'a segment at the end of memory': [big.at + ADDRESS, elf.u64(0xfffffffffffff000n)],
		'two segments at one place': [loads[1].at + ADDRESS, elf.u64(0x400000)],
	};
	for (const [name, [at, bytes]] of Object.entries(damage)) {
		const saved = Buffer.alloc(bytes.length);
		const fd = fs.openSync(bad);
		fs.readSync(fd, saved, 0, saved.length, at);
		fs.closeSync(fd);
		elf.patch(bad, at, bytes);
		survives(name, [bad]);
		elf.patch(bad, at, saved);
	}
	suite.test('undamaged again, it is as good as new', () => {
		const result = mdbish(['-e', '::status', bad]);
		assert.strictEqual(result.status, 0, result.stderr);
		assert.strictEqual(result.stderr, '');
	});
	fs.rmSync(bad);
}

/* Another program cuts the core off while it is open here. */
function shrinking(version) {
	suite.section(`shrinking ${version}`);
	const bad = copy(corePath(version, 'stack'), 'shrinking.core');
	suite.test('a core that shrinks while it is read: it says so', () => {
		const size = Math.floor(fs.statSync(bad).size / 4);
		const result = mdbish(['--keep-going', '-e', '::status',
			'-e', `::echo now ! truncate -s ${size} ${bad}`, '-e', '::findjsobjects', '-e', '::jsstack', bad]);
		alive(result, 'after the cut');
		assert.match(result.stdout, /^mdbish .* Node v/);
		assert.match(result.stderr, /became shorter while it was read/);
		assert.strictEqual(result.status, 1);
	});
	fs.rmSync(bad);
}

/* Random bytes over the pages of the heap: counts go wrong, the program does not. */
function scribbled(version) {
	suite.section(`scribbled ${version}`);
	const core = corePath(version, 'stack');
	const loads = elf.programHeaders(core).filter((h) => h.type === 1 && h.size > 100000);
	for (let seed = 1; seed <= 4; seed++) {
		const bad = copy(core, `scribbled${seed}.core`);
		let state = seed * 2654435761;
		const random = (n) => {
			state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
			return state % n;
		};
		for (let i = 0; i < 3000; i++) {
			const load = loads[random(loads.length)];
			const at = load.offset + (random(Math.min(load.size, 2 ** 22) - 64) & ~7);
			elf.patch(bad, at, elf.u64(BigInt(random(2 ** 32)) << BigInt(random(32))));
		}
		survives(`3,000 random words, seed ${seed}`, [bad]);
		fs.rmSync(bad);
	}
}

const all = versions();
const newest = all.includes('24.21.0') ? '24.21.0' : all[0];
try {
	notCores();
	otherMachines();
	otherPrograms(newest);
	unknownNodes(newest);
	all.forEach(truncated);
	all.forEach((version) => ['values', 'gc-evacuate'].forEach((name) => cutHeaps(suite, version, work, name)));
	damaged(newest);
	shrinking(newest);
	all.forEach(scribbled);
} finally {
	fs.rmSync(work, { recursive: true, force: true });
}
suite.finish();
