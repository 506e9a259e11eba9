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

/*
 * exact: how many frames there may be beyond the truth's, of what runs between the place where it was
 * written and the place of death. inlined: the functions are hot, so that optimized code may hold
 * several of them in one frame; then no frame may be wrong, but some may be missing.
 */
function frames(suite, core, truth, { exact, inlined = false }) {
	let all = [];
	let mine = [];
	suite.test('::jsstack gives frames', () => {
		all = records(core, ['::jsstack']);
		mine = javascript(all, (f) => f.file !== null);
		assert.ok(mine.length > 0, 'no frame with a file');
	});
	let theirs = truth.stack.filter((f) => f.file !== null && !f.async && !f.native);
	if (inlined) {
		const missing = theirs.length - mine.length;
		suite.note(`${missing} of ${theirs.length} frames are missing (inlined)`);
		theirs = subsequence(mine, theirs);
		suite.test('at least half of the frames are there', () => {
			assert.ok(missing <= truth.stack.length / 2, `${missing} of ${truth.stack.length} are missing`);
		});
	} else {
		suite.test('as many frames as V8 saw', () => {
			const more = mine.length - theirs.length;
			assert.ok(more >= 0 && more <= exact, `${mine.length} frames for ${theirs.length}`);
		});
	}
	const own = mine.slice(Math.max(0, mine.length - theirs.length));
	const same = (field) => assert.deepStrictEqual(own.map((f) => f[field]), theirs.map((f) => f[field]));
	suite.test('the same scripts in the same order', () => same('file'));
	suite.test('the same functions in the same order', () => same('function'));
	suite.test('constructor calls are told', () => same('constructor'));
	const equal = (field) => own.filter((f, i) => f[field] === theirs[i]?.[field]).length;
	suite.note(`of ${theirs.length} frames ${equal('line')} have the executing line, `
		+ `${equal('display')} the name as in Error.stack`);
	return all;
}

/* The frames of the truth that have a counterpart in mine, in order. */
function subsequence(mine, theirs) {
	let at = 0;
	return theirs.filter((frame) => {
		const found = mine[at]?.function === frame.function && mine[at].file === frame.file;
		at += found ? 1 : 0;
		return found;
	});
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
