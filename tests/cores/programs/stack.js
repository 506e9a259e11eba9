'use strict';
/*
 * stack - dies below functions of every kind of name, having written the calls that V8 itself sees.
 */
const truth = require('./truth.js');

function die() {
	truth.write({ stack: truth.stack() });
	process.abort();
}

class Animal {
	constructor(depth) {
		this.depth = depth;
		this.wake();
	}
	wake() {
		return this.voice;
	}
	get voice() {
		return Animal.speak(this.depth);
	}
	static speak(depth) {
		return [depth].map((d) => (function named() {
			return [d].forEach(function eachOne() {
				die();
			});
		})());
	}
}

class Dog extends Animal {
	constructor(depth) {
		super(depth + 1);
	}
	wake() {
		return super.wake();
	}
}

function outer(a, b) {
	const inferred = () => new Dog(a + b);
	return inferred();
}

const holder = {
	method(list) {
		return list.reduce((sum, x) => sum + outer(x, 1), 0);
	},
	'odd name'() {
		return this.method([1]);
	},
};

function recurse(n) {
	return n === 0 ? holder['odd name']() : recurse(n - 1);
}

recurse(5);
