'use strict';
/*
 * garbage - some objects are reachable, many more no longer are, and nothing was collected since.
 */
const v8 = require('v8');
const truth = require('./truth.js');

class TruthLive {
	constructor(i) {
		this.live = i;
	}
}

class TruthDead {
	constructor(i) {
		this.dead = i;
	}
}

globalThis.truthKeep = Array.from({ length: 300 }, (unused, i) => new TruthLive(i));
gc();
(function litter() {
	let last = null;
	for (let i = 0; i < 5000; i++) {
		last = new TruthDead(i);
	}
	return last.dead;
})();
truth.write({
	constructors: { TruthLive: 300, TruthDead: 5000 }, live: { TruthLive: 300, TruthDead: 0 },
	heap: v8.getHeapStatistics(),
});
process.abort();
