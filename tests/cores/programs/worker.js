'use strict';
/*
 * worker - three isolates, each with its own objects of its own class.
 */
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const truth = require('./truth.js');

class TruthMainThing {
	constructor(i) {
		this.inMain = i;
	}
}

class TruthWorkerThing {
	constructor(i) {
		this.inWorker = i;
	}
}

function many(times, make) {
	return Array.from({ length: times }, (unused, i) => make(i));
}

async function main() {
	globalThis.truthKeep = many(123, (i) => new TruthMainThing(i));
	const numbers = [777, 55];
	globalThis.truthWorkers = numbers.map((n) => new Worker(__filename, { workerData: n }));
	await Promise.all(truthWorkers.map((w) => new Promise((ready) => w.once('message', ready))));
	// They may still be collecting their garbage; only a heap at rest has an exact truth.
	await new Promise((rested) => setTimeout(rested, 500));
	truth.write({
		isolates: 1 + numbers.length, workers: numbers,
		constructors: { TruthMainThing: 123, TruthWorkerThing: numbers.reduce((a, b) => a + b) },
	});
	process.abort();
}

if (isMainThread) {
	main();
} else {
	globalThis.truthKeep = many(workerData, (i) => new TruthWorkerThing(i));
	parentPort.postMessage('ready');
	setInterval(() => {}, 1e6);
}
