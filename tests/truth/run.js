'use strict';
/*
 * run - the truth suite: on every pinned Node, what mdbish says of a core must equal what the
 * program had written down before it died.
 *
 *   run.js [-v] [--only=NAME] [--wrong]
 *
 * --wrong falsifies one number of the truth. The suite calls itself that way once: a runner that
 * does not notice is no runner.
 */
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const { Suite, records, ofType, versions, corePath, truthOf } = require('../runner.js');
const builds = require('./builds.js');
const commands = require('./commands.js');
const gc = require('./gc.js');
const heap = require('./heap.js');
const names = require('./names.js');
const values = require('./values.js');
const stack = require('./stack.js');
const inside = require('./inside.js');
const { status, text } = require('./status.js');

const only = process.argv.find((a) => a.startsWith('--only='))?.slice('--only='.length);
const wrong = process.argv.includes('--wrong');
const suite = new Suite('truth');
const SIGABRT = 6;
const SIGSEGV = 11;

/* Once, on the newest of the long-term versions; the others run them all in one go. */
function everyCommand(version) {
	const core = corePath(version, 'values');
	suite.section(`${version} commands`);
	if (version === versions().filter((v) => v.startsWith('24.'))[0] || versions().length === 1) {
		commands.examples(suite, core);
		commands.aliases(suite, core);
	} else {
		commands.together(suite, core);
	}
	commands.walkers(suite, core);
}

const tests = {
	heap(core, truth) {
		if (wrong) {
			truth.constructors.TruthCat++;
		}
		const found = heap.counts(suite, core, truth);
		if (!wrong) {
			heap.selections(suite, core, truth, found);
			heap.againstSnapshot(suite, truth, found);
			status(suite, core, truth, { signal: SIGABRT, isolates: 1 });
			text(suite, core);
		}
	},
	names(core, truth) {
		names.likeV8(suite, core, truth);
	},
	values(core, truth) {
		values.tree(suite, core, truth);
		values.sized(suite, core, truth);
		values.special(suite, core);
	},
	kinds(core, truth) {
		values.tree(suite, core, truth, 'TruthKinds');
		values.natives(suite, core, truth);
		values.globals(suite, core);
		values.grouped(suite, core);
	},
	stack(core, truth) {
		const all = stack.frames(suite, core, truth, { exact: 0 });
		stack.native(suite, all, ['abort', 'node::', 'main']);
	},
	wait(core, truth) {
		stack.frames(suite, core, truth, { exact: 1 });
		heap.counts(suite, core, truth);
		status(suite, core, truth, { signal: SIGSEGV, isolates: 1 });
	},
	attach(core, truth) {
		stack.frames(suite, core, truth, { exact: 1 });
		heap.counts(suite, core, truth);
	},
	garbage(core, truth) {
		heap.counts(suite, core, truth);
	},
	worker(core, truth) {
		heap.counts(suite, core, truth);
		heap.isolates(suite, core, truth);
		inside.workers(suite, core, truth);
		status(suite, core, truth, { signal: SIGABRT, isolates: truth.isolates });
	},
	inside(core, truth) {
		inside.functions(suite, core, truth);
		inside.closures(suite, core, truth);
		inside.scripts(suite, core, truth);
		inside.whatis(suite, core);
		inside.maps(suite, core, truth);
		inside.spaces(suite, core, truth);
		inside.code(suite, core);
		inside.facts(suite, core);
	},
	oom(core, truth) {
		heap.oom(suite, core);
		status(suite, core, truth, { signal: SIGABRT, isolates: 1 });
	},
	uncaught(core, truth) {
		heap.counts(suite, core, truth);
		// What V8 raises in order to die differs: abort() or a trap.
		const { number } = ofType(records(core, ['::status']), 'status')[0].signal;
		suite.test('dead by a trap or an abort', () => assert.ok([4, 5, SIGABRT].includes(number), `${number}`));
		status(suite, core, truth, { signal: number, isolates: 1 });
	},
	busy(core, truth) {
		heap.counts(suite, core, truth);
		heap.isolates(suite, core, truth);
		gc.nearlyAllRead(suite, core);
		status(suite, core, truth, { signal: SIGABRT, isolates: truth.isolates });
	},
	...Object.fromEntries(Object.entries({
		'gc-scavenge': ['scavenge'],
		'gc-scavenged': ['scavenge'],
		'gc-mark': ['mark-compact'],
		'gc-evacuate': ['mark-compact'],
		'gc-evacuated': ['mark-compact'],
		'gc-sweep': ['none', 'mark-compact'],
	}).map(([name, states]) => [name, (core, truth) => {
		heap.counts(suite, core, truth);
		gc.inTheMiddle(suite, core, truth, states);
	}])),
	server(core, truth) {
		heap.counts(suite, core, truth);
		stack.frames(suite, core, truth, { exact: 0, inlined: true });
	},
};

for (const version of versions()) {
	for (const [name, body] of Object.entries(tests)) {
		if (only !== undefined && only !== name) {
			continue;
		}
		suite.section(`${version} ${name}`);
		const core = corePath(version, name);
		if (!fs.existsSync(core)) {
			suite.test('core', () => assert.fail(`${core} is missing: tests/cores/make ${version}`));
			continue;
		}
		const truth = truthOf(version, name);
		body(core, truth);
		if (!wrong && !name.startsWith('gc-') && name !== 'busy') {
			heap.missteps(suite, core, truth);
		}
	}
	if (only === undefined || only === 'commands') {
		everyCommand(version);
	}
	if (only === undefined || only === 'builds') {
		builds.version(suite, version);
	}
}

if (only === undefined || only === 'builds') {
	builds.debian(suite);
}

if (!wrong && (only === undefined || only === 'heap')) {
	suite.section('itself');
	suite.test('a wrong truth is noticed', () => {
		const [version] = versions();
		const result = spawnSync(process.execPath, [__filename, '--wrong', '--only=heap'],
			{ encoding: 'utf8', env: { ...process.env, MDBISH_VERSIONS: version } });
		assert.strictEqual(result.status, 1, result.stdout);
		assert.match(result.stdout, /^FAIL: truth \S+ heap made 1001 of TruthCat$/m);
		assert.match(result.stdout, /\n\d+ passed, 1 failed, 0 skipped\n$/);
	});
}
suite.finish();
