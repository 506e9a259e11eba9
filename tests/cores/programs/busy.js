'use strict';
/*
 * busy - the main thread dies while its workers are at work: each holds a known number of objects and
 * makes garbage, so that its collector may be running at that very moment.
 */
const { Worker, isMainThread, workerData } = require('worker_threads');
const truth = require('./truth.js');

class TruthMainThing {
	constructor(i) {
		this.inMain = i;
	}
}

class TruthWorkerThing {
	constructor(i) {
		this.inWorker = i;
		this.text = `thing ${i}`;
	}
}

class TruthChurn {
	constructor(i) {
		this.churn = i;
		this.more = [i, i, i];
	}
}

function many(times, make) {
	return Array.from({ length: times }, (unused, i) => make(i));
}

/* `counters`: rounds of garbage that each worker has made. */
function main(numbers) {
	const counters = new Int32Array(new SharedArrayBuffer(4 * numbers.length));
	globalThis.truthKeep = many(123, (i) => new TruthMainThing(i));
	globalThis.truthWorkers = numbers.map((n, i) =>
		new Worker(__filename, { workerData: { n, i, counters } }));
	const timer = setInterval(() => {
		if (counters.some((n) => n < 50)) {
			return;
		}
		clearInterval(timer);
		truth.write({
			isolates: 1 + numbers.length, workers: numbers,
			constructors: { TruthMainThing: 123, TruthWorkerThing: numbers.reduce((a, b) => a + b) },
		});
		process.abort();
	}, 10);
}

function work({ n, i, counters }) {
	globalThis.truthKeep = many(n, (k) => new TruthWorkerThing(k));
	for (;;) {
		let ring = [];
		for (let k = 0; k < 10000; k++) {
			ring[k % 1000] = new TruthChurn(k);
		}
		Atomics.add(counters, i, 1);
	}
}

if (isMainThread) {
	main([777, 5500, 42]);
} else {
	work(workerData);
}
