'use strict';
/*
 * wait - stands still inside named functions until a signal from outside ends it.
 */
const truth = require('./truth.js');

class TruthWaiter {
	constructor() {
		this.cell = new Int32Array(new SharedArrayBuffer(4));
	}
	block() {
		Atomics.wait(this.cell, 0, 0);
	}
	start() {
		truth.write({ stack: truth.stack(), constructors: { TruthWaiter: 1 } });
		this.block();
	}
}

function main() {
	new TruthWaiter().start();
}

main();
