'use strict';
/*
 * gc - cores taken in the middle of a collection: what was held is counted once, wherever the
 * collector had brought it, and next to nothing stays unread.
 */
const assert = require('assert');
const { records, ofType, mdbish } = require('../runner.js');

const UNREAD = 0.001; // of the bytes, while a collection is in progress

function total(pages, field) {
	return pages.reduce((all, page) => all + page[field], 0);
}

function nearlyAllRead(suite, core) {
	suite.test('at most 0.1 % of the bytes are unread', () => {
		const pages = ofType(records(core, ['::v8pages']), 'page');
		const read = ['bytes', 'filler', 'forwarded', 'dead'].reduce((all, f) => all + total(pages, f), 0);
		const unread = total(pages, 'gap') + total(pages, 'unreadable');
		assert.ok(read > 1e6, `${read} bytes`);
		assert.ok(unread <= UNREAD * (read + unread), `${unread} of ${read + unread} bytes unread`);
		suite.note(`${unread} of ${read + unread} bytes unread, ${total(pages, 'forwarded')} moved, `
			+ `${total(pages, 'dead')} dead without maps`);
	});
}

/* `states`: what the collector may have been doing. */
function inTheMiddle(suite, core, truth, states) {
	let main = {};
	suite.test(`::isolates says ${states.join(' or ')}`, () => {
		[main] = ofType(records(core, ['::isolates']), 'isolate');
		assert.ok(states.includes(main.gc), `gc ${main.gc}`);
	});
	nearlyAllRead(suite, core);
	suite.test('no object twice', () => {
		const all = records(core, Object.keys(truth.constructors).map((name) => `::findjsobjects -c ${name} -l`));
		const addresses = ofType(all, 'jsobject').map((r) => r.address);
		assert.strictEqual(new Set(addresses).size, addresses.length);
	});
	suite.test('each of those held is its own', () => {
		const all = records(core, ['::findjsobjects -c TruthYoungHeld -l | ::jsprint', 'info threads']);
		const numbers = ofType(all, 'jsvalue').map((r) => r.value.young).filter((n) => n !== undefined);
		const made = truth.constructors.TruthYoungHeld;
		assert.strictEqual(new Set(numbers).size, numbers.length);
		assert.ok(numbers.every((n) => Number.isInteger(n) && n >= 0 && n < made));
		// A thread may have been copying one: from V8 14 on its copy is not filled yet.
		assert.ok(made - numbers.length <= ofType(all, 'thread').length, `${numbers.length} of ${made}`);
	});
	suite.test('what is said of the heap says that it was in the middle', () => {
		const result = mdbish(['-e', '::findjsobjects -n 1', core]);
		assert.strictEqual(result.status, 0, result.stderr);
		assert.strictEqual(/was in progress/.test(result.stderr), main.gc !== 'none', result.stderr);
	});
}

module.exports = { inTheMiddle, nearlyAllRead };
