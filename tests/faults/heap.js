'use strict';
/*
 * heap - a core cut off in the middle of its memory, at twenty places, also one of a heap in the middle
 * of a collection: the heap opens or it is said why not, and nothing is counted that the whole core
 * does not have.
 */
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { mdbish, records, ofType, corePath, truthOf } = require('../runner.js');
const elf = require('./elf.js');

const CUTS = 20;
const PT_LOAD = 1;

/* Objects and bytes of all groups, and how many groups there are. */
function sum(groups) {
	return groups.reduce((all, g) => ({
		objects: all.objects + g.count, bytes: all.bytes + g.size, groups: all.groups + 1,
	}), { objects: 0, bytes: 0, groups: 0 });
}

const COPYING_THREADS = 8; // at most, that a collector of V8 runs

/* File sizes that end in the middle of a segment each, the largest first, odd numbers among them. */
function places(core) {
	const loads = elf.programHeaders(core).filter((h) => h.type === PT_LOAD && h.size > 0);
	const found = new Set();
	for (let i = 1; i <= CUTS; i++) {
		const load = loads[Math.floor(loads.length * i / (CUTS + 1))];
		found.add(load.offset + Math.floor(load.size / 2) + (i % 3));
	}
	return [...found].sort((a, b) => b - a);
}

function cutHeaps(suite, version, work, name) {
	suite.section(`cut ${version} ${name}`);
	const core = corePath(version, name);
	// gdb puts the notes, which name the executable, behind the memory.
	const { executable } = truthOf(version, name);
	const cut = path.join(work, 'cut-heap.core');
	assert.strictEqual(spawnSync('cp', ['--sparse=always', core, cut]).status, 0);
	const whole = sum(ofType(records(core, ['::findjsobjects']), 'jsobjects'));
	let opened = 0;
	for (const size of places(core)) {
		fs.truncateSync(cut, size);
		suite.test(`${size} bytes`, () => {
			const result = mdbish(['--json', '-x', executable, '-e', '::findjsobjects', cut]);
			assert.ok(!result.timedOut, `${result.command}: hangs`);
			assert.strictEqual(result.signal, null, `${result.signal}\n${result.stderr}`);
			assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
			const all = result.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
			const part = sum(all.filter((r) => r.type === 'jsobjects'));
			const said = all.filter((r) => r.type === 'warning' || r.type === 'error')
				.map((r) => r.message).concat(result.stderr).join('\n');
			assert.match(said, /truncated/);
			if (part.groups === 0) {
				assert.match(said, /heap|isolate|roots/);
				return;
			}
			opened++;
			// A copy that was just being made may be known as one only by what was cut off.
			const copies = name.startsWith('gc-') ? COPYING_THREADS : 0;
			assert.ok(part.objects <= whole.objects + copies, `${part.objects} of ${whole.objects} objects`);
			assert.ok(part.bytes <= whole.bytes * (1 + copies / 1000), `${part.bytes} of ${whole.bytes} bytes`);
		});
	}
	suite.test('some of them still have a heap', () => {
		assert.ok(opened > 0);
	});
	fs.rmSync(cut);
}

module.exports = { cutHeaps };
