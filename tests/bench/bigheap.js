'use strict';
/*
 * bigheap - a live heap of about so many megabytes, the same objects on every run and every Node.
 *
 *   node --max-old-space-size=8192 bigheap.js MEGABYTES
 *
 * The heap is made of units of about 5,000 bytes; their number depends on MEGABYTES alone, never on
 * measured memory. Writes what it made, as the programs of tests/cores do, then aborts for its core.
 */
const truth = require('../cores/programs/truth.js');

const megabytes = Number(process.argv[2] ?? 50);
const UNIT_BYTES = 5000;
const units = Math.round((megabytes * 1048576) / UNIT_BYTES);

const CITIES = ['Amsterdam', 'Berlin', 'Cairo', 'Delhi', 'Evora', 'Fukuoka', 'Genova'];
const STATES = ['new', 'paid', 'sent', 'done'];
const SKUS = Array.from({ length: 500 }, (unused, i) => `SKU-${i}`);
const FILL = 'abcdefghij'.repeat(129);

const counts = {
	Session: 0, User: 0, Order: 0, OrderLine: 0, Address: 0, TreeNode: 0, CacheEntry: 0, closures: 0,
	maps: 0, sets: 0, buffers: 0, dates: 0, regexps: 0, plainPoint: 0, plainDict: 0, promises: 0,
	symbols: 0, errors: 0, flatStrings: 0, consStrings: 0, bigStrings: 0,
};

class Address {
	constructor(i) {
		this.street = `Street ${i % 977}`;
		this.zip = 10000 + (i % 90000);
		this.city = CITIES[i % CITIES.length];
		this.country = 'XX';
		counts.Address++;
	}
}

class User {
	constructor(i) {
		this.id = i;
		this.name = `user-${i}`;
		this.email = `user${i}@example.test`;
		this.address = new Address(i);
		this.score = i / 7;
		this.active = (i & 1) === 0;
		this.tags = null;
		this.manager = null;
		counts.User++;
	}
}

class OrderLine {
	constructor(order, k) {
		this.sku = SKUS[(order * 7 + k) % SKUS.length];
		this.qty = 1 + k;
		this.price = (order % 1000) / 3 + k;
		this.note = null;
		counts.OrderLine++;
	}
}

class Order {
	constructor(i, user) {
		this.id = i;
		this.user = user;
		this.lines = [];
		this.total = 0.5;
		this.state = STATES[i & 3];
		this.created = 1500000000000 + i;
		counts.Order++;
	}
}

class Session {
	constructor(i, user) {
		this.sid = `sess${i}`;
		this.user = user;
		this.data = new Map();
		this.onClose = makeClosure(user, i);
		this.last = null;
		this.n = 0;
		counts.Session++;
	}
}

class TreeNode {
	constructor(key, left, right) {
		this.key = key;
		this.left = left;
		this.right = right;
		this.value = key * 2;
		counts.TreeNode++;
	}
}

class CacheEntry {
	constructor(k, v) {
		this.k = k;
		this.v = v;
		this.hits = 0;
		this.prev = null;
		this.next = null;
		counts.CacheEntry++;
	}
}

function makeClosure(user, i) {
	let calls = i;
	const label = `close${i & 1023}`;
	counts.closures++;
	return function onClose() {
		calls++;
		return label + user.name + calls;
	};
}

function tree(depth, key) {
	return depth === 0 ? null
		: new TreeNode(key, tree(depth - 1, key * 2), tree(depth - 1, key * 2 + 1));
}

/* A one-byte string of `length` characters in one piece. */
function flat(length, i) {
	counts.flatStrings++;
	return Buffer.from((String(i).padStart(8, '0') + FILL).slice(0, length), 'latin1').toString('latin1');
}

function point(i, k) {
	counts.plainPoint++;
	return { x: i, y: k, label: STATES[k & 3] };
}

/* Deleting makes the object a dictionary. */
function dictionary(i) {
	const object = {};
	for (let k = 0; k < 40; k++) {
		object[`dk${(i * 31 + k * 7) % 5000}_${k}`] = k;
	}
	delete object.nothing;
	counts.plainDict++;
	return object;
}

/* One unit in sixteen has each of these. */
const extras = [
	(i) => (counts.dates++, new Date(1500000000000 + i)),
	(i) => (counts.sets++, new Set([i, i + 1, `a${i}`])),
	(i) => (counts.buffers++, Buffer.alloc(64, i & 255)),
	(i) => dictionary(i),
	(i) => (counts.promises++, Promise.resolve(i)),
	(i) => (counts.symbols++, Symbol(`sym${i}`)),
	(i) => (counts.regexps++, new RegExp(`re${i % 50}`)),
	(i) => ((i & 1023) === 7 ? (counts.errors++, new Error(`err ${i}`)) : null),
	(i) => ((i & 255) === 8 ? (counts.bigStrings++, flat(1200, i)) : null),
];

let newest = null;

function unit(i) {
	const user = new User(i);
	user.tags = [`t${i % 13}`, `t${i % 17}`];
	const session = new Session(i, user);
	for (let k = 0; k < 6; k++) {
		session.data.set(`k${k}`, point(i, k));
	}
	counts.maps++;
	const orders = [];
	for (let o = 0; o < 3; o++) {
		const order = new Order(i * 3 + o, user);
		for (let k = 0; k < 3; k++) {
			order.lines.push(new OrderLine(i + o, k));
		}
		orders.push(order);
	}
	const smis = new Array(24);
	for (let k = 0; k < 24; k++) {
		smis[k] = i + k;
	}
	const doubles = [];
	for (let k = 0; k < 12; k++) {
		doubles.push(i + k + 0.25);
	}
	const [s1, s2, s3] = [flat(180, i), flat(60, i * 3), flat(400, i ^ 0x5555)];
	counts.consStrings++;
	const entry = new CacheEntry(`cache${i}`, s1);
	entry.prev = newest;
	if (newest !== null) {
		newest.next = entry;
	}
	newest = entry;
	return {
		session, orders, smis, doubles, s2, s3, cons: `${s2}-cons-tail-${i}`, entry, tree: tree(3, i),
		extra: extras[i & 15]?.(i) ?? null,
	};
}

const root = { name: 'BIGHEAP_ROOT', units: [], index: new Map() };
for (let i = 0; i < units; i++) {
	root.units.push(unit(i));
	if (i % 64 === 0) {
		root.index.set(`unit${i}`, root.units[i]);
	}
}
globalThis.bigheapRoot = root;
const constructors = {};
for (const type of [Session, User, Order, OrderLine, Address, TreeNode, CacheEntry]) {
	constructors[type.name] = counts[type.name];
}
truth.write({ megabytes, units, constructors, counts, memory: process.memoryUsage() });
process.abort();
