'use strict';
/*
 * status - ::status, threads, and walks, against what is known of every core.
 */
const assert = require('assert');
const { records, ofType, mdbish } = require('../runner.js');

function status(suite, core, truth, { signal, isolates }) {
	let row = {};
	suite.test('::status gives one record', () => {
		const all = ofType(records(core, ['::status']), 'status');
		assert.strictEqual(all.length, 1);
		[row] = all;
	});
	const expected = {
		target: 'core', pid: truth.pid, node: truth.node, v8: truth.v8, executable: truth.executable,
		isolates, complete: true,
	};
	for (const [field, value] of Object.entries(expected)) {
		suite.test(`::status ${field} is ${value}`, () => {
			assert.deepStrictEqual(row[field], value);
		});
	}
	suite.test('::status arguments', () => {
		// The kernel keeps the first 80 bytes of the command line in the core.
		const line = row.arguments.join(' ');
		const whole = truth.arguments.join(' ');
		assert.ok(line.length >= 40 && whole.startsWith(line), `${line}\nshould begin ${whole}`);
	});
	suite.test(`::status signal ${signal}`, () => {
		assert.strictEqual(row.signal?.number ?? 0, signal);
	});
	if (truth.reason !== undefined) {
		suite.test('::status reason', () => {
			assert.ok(row.reason?.includes(truth.reason), `${row.reason}`);
		});
	}
	suite.test('info threads lists as many threads', () => {
		const threads = ofType(records(core, ['info threads']), 'thread');
		assert.strictEqual(threads.length, row.threads);
		assert.ok(threads.some((t) => t.thread === truth.pid));
	});
}

function text(suite, core) {
	for (const command of ['::status', '::findjsobjects', '::jsstack', '::mappings', '::threads']) {
		suite.test(`${command} as text`, () => {
			const result = mdbish(['-e', command, core]);
			assert.strictEqual(result.status, 0, result.stderr);
			assert.strictEqual(result.stderr, '');
			assert.ok(result.stdout.length > 40, result.stdout);
			assert.doesNotMatch(result.stdout, /[\0\x1b]|\(null\)/);
		});
	}
}

module.exports = { status, text };
