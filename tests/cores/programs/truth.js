'use strict';
/*
 * truth - how a test program writes down what it knows before it dies.
 *
 * The file named by MDBISH_TRUTH appears whole (by rename), so that whoever waits for it in order to
 * kill the program never reads half of it. Values are written the way `::jsprint --json` writes
 * them: plain JSON where JSON can say it, else {"$kind": ...}.
 */
const fs = require('fs');
const path = require('path');

/* What objects are to print as that encode() cannot see into. */
const told = new Map();

/* Say it for one of them. */
function as(value, json) {
	told.set(value, json);
	return value;
}

/* A reviver's opposite: what mdbish is to print for the value. The order of keys is kept. */
function encode(value) {
	if (told.has(value)) {
		return told.get(value);
	}
	switch (typeof value) {
	case 'undefined':
		return { $kind: 'undefined' };
	case 'bigint':
		return { $kind: 'bigint', value: String(value) };
	case 'symbol':
		return { $kind: 'symbol', description: value.description === undefined ? null : value.description };
	case 'function':
		return { $kind: 'function', name: value.name };
	case 'number':
		if (Number.isFinite(value)) {
			// JSON.stringify(-0) is "0".
			return Object.is(value, -0) ? { $kind: '-0' } : value;
		}
		return { $kind: 'number', value: String(value) };
	case 'object':
		break;
	default:
		return value;
	}
	if (value === null) {
		return null;
	}
	if (Array.isArray(value)) {
		return Array.from(value, (v, i) => (i in value ? encode(v) : { $kind: 'hole' }));
	}
	if (value instanceof Date) {
		return Number.isNaN(value.getTime()) ? { $kind: 'date' }
			: { $kind: 'date', value: value.toISOString(), time: value.getTime() };
	}
	if (value instanceof RegExp) {
		return { $kind: 'regexp', source: value.source, flags: value.flags };
	}
	if (value instanceof Map) {
		return { $kind: 'map', entries: Array.from(value, ([k, v]) => [encode(k), encode(v)]) };
	}
	if (value instanceof Set) {
		return { $kind: 'set', values: Array.from(value, encode) };
	}
	if (ArrayBuffer.isView(value)) {
		return { $kind: 'buffer', type: value.constructor.name, length: value.byteLength };
	}
	const out = {};
	for (const key of Object.keys(value)) {
		const { get, set } = Object.getOwnPropertyDescriptor(value, key);
		out[key] = get || set ? { $kind: 'getter' } : encode(value[key]);
	}
	return out;
}

/* The calls on the stack as V8 itself tells them, the caller of stack() first. */
function stack() {
	const { prepareStackTrace, stackTraceLimit } = Error;
	Error.stackTraceLimit = Infinity;
	Error.prepareStackTrace = (error, sites) => sites.map((site) => ({
		function: site.getFunctionName(),
		display: String(site).replace(/ \([^()]*\)$/, ''),
		file: site.getFileName() || null,
		line: site.getLineNumber(),
		column: site.getColumnNumber(),
		constructor: site.isConstructor(),
		async: site.isAsync(),
		native: site.isNative(),
	}));
	const frames = new Error('for its stack').stack.slice(1);
	Error.prepareStackTrace = prepareStackTrace;
	Error.stackTraceLimit = stackTraceLimit;
	return frames;
}

function write(truth) {
	const file = process.env.MDBISH_TRUTH;
	const all = {
		node: process.version, v8: process.versions.v8, pid: process.pid,
		executable: process.execPath, arguments: [process.argv0, ...process.execArgv,
			...process.argv.slice(1)],
		...truth,
	};
	if (file === undefined) {
		process.stdout.write(`${JSON.stringify(all, null, '\t')}\n`);
		return;
	}
	rest();
	fs.writeFileSync(`${file}.new`, `${JSON.stringify(all, null, '\t')}\n`);
	fs.renameSync(`${file}.new`, file);
}

/* Let V8's helper threads end their sweeping: only a heap at rest has an exact truth. */
function rest() {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
}

/* Where V8's own heap snapshot of this program belongs. */
function snapshotPath() {
	const file = process.env.MDBISH_TRUTH || 'truth.json';
	return path.join(path.dirname(file), `${path.basename(file, '.json')}.heapsnapshot`);
}

module.exports = { as, encode, stack, write, snapshotPath };
