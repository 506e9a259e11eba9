'use strict';
/*
 * names - objects whose constructor's name is not plain to see, beside V8's own heap snapshot, which
 * gives the name that V8 gives them. Thirty of each kind, so that each name counts.
 */
const v8 = require('v8');
const truth = require('./truth.js');

const COUNT = 30;
const kinds = {};
const root = [];

function kind(name, make) {
	kinds[name] = COUNT;
	for (let i = 0; i < COUNT; i++) {
		root.push(make(i));
	}
}

class NameBase {}
class NameHeir extends NameBase {}
class NameHeirOfHeir extends NameHeir {
	constructor() {
		super();
		this.own = 1;
	}
}
kind('class', () => new NameBase());
kind('subclass', () => new NameHeir());
kind('subclass of a subclass', () => new NameHeirOfHeir());
kind('subclass, Reflect.construct', () => Reflect.construct(NameBase, [], NameHeir));

const builtins = { Array, Map, Set, WeakMap, Promise, Error, TypeError, RegExp, Date, Uint8Array, ArrayBuffer,
	DataView, Number, String, Boolean, Object };
for (const [name, Base] of Object.entries(builtins)) {
	const Heir = new Function('Base', `return class Name${name} extends Base {}`)(Base);
	kind(`subclass of ${name}`, () => {
		switch (name) {
		case 'Promise': return new Heir(() => {});
		case 'DataView': return new Heir(new ArrayBuffer(8));
		default: return new Heir();
		}
	});
}

kind('anonymous class', () => new (class {})());
const shared = (() => class {})();
kind('one anonymous class', () => new shared());
const assigned = class {};
kind('class named by its variable', () => new assigned());
kind('anonymous subclass', () => new (class extends NameBase {})());

function NameFunction() {
	this.made = true;
}
kind('function', () => new NameFunction());
const arrow = { NameMethod: function () {} };
kind('function of a property', () => new arrow.NameMethod());
NameReplaced.prototype = { replaced: true };
function NameReplaced() {}
kind('function with another prototype', () => new NameReplaced());
function NameDisplay() {}
NameDisplay.displayName = 'shown';
kind('displayName', () => new NameDisplay());
function NameRedefined() {}
Object.defineProperty(NameRedefined, 'name', { value: 'NameAfterwards' });
kind('redefined name', () => new NameRedefined());

kind('null prototype', () => Object.create(null));
kind('null prototype with a property', (i) => Object.assign(Object.create(null), { nullish: i }));
kind('Object.create of a prototype', () => Object.create(NameBase.prototype));
kind('Object.create of an object', () => Object.create({ parent: 1 }));
kind('Object.create of an instance', () => Object.create(new NameHeir()));
kind('setPrototypeOf', () => Object.setPrototypeOf({ moved: 1 }, NameHeir.prototype));
kind('setPrototypeOf null', () => Object.setPrototypeOf(new NameBase(), null));
kind('setPrototypeOf away', () => Object.setPrototypeOf(new NameFunction(), NameHeir.prototype));

class NameTagged {
	get [Symbol.toStringTag]() {
		return 'NameByGetter';
	}
}
kind('tag by a getter', () => new NameTagged());
class NameTaggedData {}
Object.defineProperty(NameTaggedData.prototype, Symbol.toStringTag, { value: 'NameTag' });
kind('tag on the prototype', () => new NameTaggedData());
class NameTaggedHeir extends NameTaggedData {}
kind('tag inherited', () => new NameTaggedHeir());
kind('tag of its own', (i) => ({ tagged: i, [Symbol.toStringTag]: 'NameOwnTag' }));
kind('tag that is no string', (i) => ({ tagged: i, [Symbol.toStringTag]: i }));
kind('tag of an instance', () => Object.assign(new NameBase(), { [Symbol.toStringTag]: 'NameOwnTagOfInstance' }));

kind('constructor of its own', () => ({ constructor: NameBase }));
kind('constructor that is no function', () => ({ constructor: 'NameNone' }));
function NameWithout() {}
delete NameWithout.prototype.constructor;
kind('constructor deleted', () => new NameWithout());
kind('constructor on a parent', () => Object.create({ constructor: NameHeir }));

kind('literal', (i) => ({ literal: i }));
kind('object of a getter', () => ({ get got() { return 1; } }));
kind('dictionary', (i) => {
	const object = new NameBase();
	for (let k = 0; k < 40; k++) {
		object[`k${k}`] = i;
		delete object[`k${k - 1}`];
	}
	return object;
});
kind('arguments', function () {
	return arguments;
});
kind('generator', () => (function* nameGenerator() {
	yield 1;
})());
kind('iterator', () => [1][Symbol.iterator]());
kind('map iterator', () => new Map([[1, 1]]).entries());
kind('boxed symbol', () => Object(Symbol('boxed')));
kind('prototype', () => (class NamePrototypes {}).prototype);
kind('prototype of a subclass', () => (class NamePrototypesOfHeirs extends NameBase {}).prototype);
kind('prototype of a function', () => (function NameFunctionPrototypes() {}).prototype);
globalThis.namesRoot = root;

global.gc();
truth.write({ kinds, snapshot: truth.snapshotPath() });
v8.writeHeapSnapshot(truth.snapshotPath());
process.abort();
