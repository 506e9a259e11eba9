'use strict';
/*
 * stack - ::jsstack against the calls that V8 itself saw in the same process.
 */
const assert = require('assert');
const { records, ofType } = require('../runner.js');

/* The JavaScript frames of the thread that has the most of them, the youngest first. */
function javascript(all, isFrame) {
	const threads = new Map();
	for (const frame of ofType(all, 'frame').filter(isFrame)) {
		threads.set(frame.thread, [...(threads.get(frame.thread) ?? []), frame]);
	}
	return [...threads.values()].sort((a, b) => b.length - a.length)[0] ?? [];
}

function frames(suite, core, truth, { exact }) {
	let all = [];
	let mine = [];
	suite.test('::jsstack gives frames', () => {
		all = records(core, ['::jsstack']);
		mine = javascript(all, (f) => f.file !== null);
		assert.ok(mine.length > 0, 'no frame with a file');
	});
	// What runs between the place of the truth and the place of death has no counterpart there.
	const theirs = truth.stack.filter((f) => f.file !== null && !f.async && !f.native);
	suite.test('the same scripts in the same order', () => {
		const files = mine.slice(mine.length - theirs.length).map((f) => f.file);
		assert.deepStrictEqual(files, theirs.map((f) => f.file));
		assert.ok(mine.length - theirs.length <= exact, `${mine.length} frames for ${theirs.length}`);
	});
	suite.test('the same functions in the same order', () => {
		const names = mine.slice(mine.length - theirs.length).map((f) => f.function);
		assert.deepStrictEqual(names, theirs.map((f) => f.function));
	});
	suite.test('constructor calls are told', () => {
		const calls = mine.slice(mine.length - theirs.length).map((f) => f.constructor);
		assert.deepStrictEqual(calls, theirs.map((f) => f.constructor));
	});
	const near = mine.slice(mine.length - theirs.length);
	const lines = near.filter((f, i) => f.line === theirs[i].line).length;
	const shown = near.filter((f, i) => f.display === theirs[i].display).length;
	suite.note(`of ${theirs.length} frames ${lines} have the executing line, ${shown} the name as in Error.stack`);
	return all;
}

/* Native frames stand around the JavaScript ones. */
function native(suite, all, wanted) {
	suite.test(`native frames: ${wanted}`, () => {
		const names = all.filter((f) => f.kind === 'native').map((f) => f.function);
		for (const name of wanted) {
			assert.ok(names.some((n) => n !== null && n.includes(name)), `no ${name} in ${names}`);
		}
	});
	suite.test('frames are numbered from 0', () => {
		const [thread] = ofType(all, 'frame').map((f) => f.thread);
		const own = all.filter((f) => f.type === 'frame' && f.thread === thread).map((f) => f.index);
		assert.deepStrictEqual(own, own.map((unused, i) => i));
	});
}

module.exports = { frames, native };
