'use strict';
/*
 * gc - a heap that is caught in the middle of a collection.
 *
 *   gc.js minor|major|sweep
 *
 * A known number of objects is held, old ones and young ones, while garbage churns; none of the held
 * ones ever dies, so that however far the collection came, each must be found, once. The debugger
 * that runs this waits for SIGUSR2 before it looks out for the function to stop at.
 */
const v8 = require('v8');
const truth = require('./truth.js');

class TruthOldHeld {
	constructor(i) {
		this.old = i;
		this.text = `old ${i}`;
		this.list = [i, { inner: i }];
	}
}

class TruthYoungHeld {
	constructor(i) {
		this.young = i;
		this.text = `young ${i}`;
		this.list = [i, { inner: i }];
	}
}

class TruthChurn {
	constructor(i) {
		this.churn = i;
		this.more = [i, i, i];
	}
}

const OLD = 20000;
const YOUNG = 1500;
const SHAPES = 2000;
const kind = process.argv[2];

/* Three of four old neighbours are going to die: pages worth compacting. */
function fragmented() {
	const kept = [];
	const litter = [];
	for (let i = 0; i < OLD; i++) {
		kept.push(new TruthOldHeld(i));
		litter.push(new TruthChurn(i), new TruthChurn(i), new TruthChurn(i));
	}
	return { kept, litter };
}

/* Objects that die together with their maps, between others that live. */
function shapes() {
	return Array.from({ length: SHAPES }, (unused, i) => {
		const object = {};
		object[`shape${i}`] = i;
		object[`more${i}`] = new TruthChurn(i);
		object.again = { [`inner${i}`]: i };
		return object;
	});
}

function churn(seconds) {
	const end = Date.now() + 1000 * seconds;
	const ring = [];
	for (let i = 0; Date.now() < end; i++) {
		ring[i % 256] = new TruthChurn(i);
	}
	return ring.length;
}

if (kind === 'major') {
	// One of the two is what this V8 calls it.
	v8.setFlagsFromString('--always-compact');
	v8.setFlagsFromString('--compact-on-every-full-gc');
}
let shaped = shapes();
let old = fragmented();
gc();
const keep = { old: old.kept, young: [] };
globalThis.truthKeep = keep;
truth.write({ constructors: { TruthOldHeld: OLD, TruthYoungHeld: YOUNG } });
for (let i = 0; i < YOUNG; i++) {
	keep.young.push(new TruthYoungHeld(i));
}
old = null;
shaped = null;
process.kill(process.pid, 'SIGUSR2');
if (kind !== 'minor') {
	for (;;) {
		gc();
	}
}
churn(100);
throw new Error('nothing was collected');
