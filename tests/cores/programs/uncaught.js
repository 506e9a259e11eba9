'use strict';
/*
 * uncaught - an exception that nobody catches, in a program that asked to die of such.
 */
const truth = require('./truth.js');

class TruthUncaught extends Error {
	constructor(i) {
		super(`nobody catches ${i}`);
		this.code = `E${i}`;
	}
}

class TruthKept {
	constructor(i) {
		this.kept = i;
	}
}

function thrower(errors) {
	throw errors[errors.length - 1];
}

globalThis.truthKeep = Array.from({ length: 200 }, (unused, i) => new TruthKept(i));
globalThis.truthErrors = Array.from({ length: 17 }, (unused, i) => new TruthUncaught(i));
truth.write({ constructors: { TruthKept: 200, TruthUncaught: 17 } });
setTimeout(thrower, 1, truthErrors);
