'use strict';
/*
 * runner - counts what passes, fails and is skipped; runs mdbish and reads its records.
 *
 * Plain Node without packages, so that one of the pinned Nodes of tests/cores runs it. A test is a
 * function: it passes when it returns, fails when it throws, is skipped when it calls skip(reason).
 * Failures and skips are printed with their reason, everything with -v. The last line is exactly
 * `N passed, N failed, N skipped`; a failure makes the exit status 1.
 */
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const TOP = path.join(__dirname, '..');
const BUILD = path.resolve(TOP, process.env.BUILD ?? 'build');
const CORES = process.env.MDBISH_CORES ?? path.join(BUILD, 'cores');
const MDBISH = process.env.MDBISH ?? path.join(BUILD, 'bin', 'mdbish');
const TIMEOUT = 120000; // milliseconds for one run of mdbish, sanitizers included

class Skip extends Error {}

function skip(reason) {
	throw new Skip(reason);
}

class Suite {
	constructor(name) {
		this.name = name;
		this.verbose = process.argv.includes('-v');
		this.counts = { passed: 0, failed: 0, skipped: 0 };
		this.group = '';
	}

	/* Tests until the next call carry this name in front; says how the group before went. */
	section(name) {
		this.report();
		this.group = name;
		this.before = { ...this.counts };
		this.started = Date.now();
	}

	report() {
		if (this.group !== '') {
			const now = this.counts;
			const was = this.before;
			console.log(`${this.name} ${this.group}: ${now.passed - was.passed} passed, `
				+ `${now.failed - was.failed} failed, ${now.skipped - was.skipped} skipped `
				+ `(${((Date.now() - this.started) / 1000).toFixed(1)} s)`);
		}
	}

	test(name, body) {
		const full = [this.name, this.group, name].filter((s) => s !== '').join(' ');
		try {
			body();
			this.counts.passed++;
			if (this.verbose) {
				console.log(`pass: ${full}`);
			}
		} catch (error) {
			if (error instanceof Skip) {
				this.counts.skipped++;
				console.log(`skip: ${full}: ${error.message}`);
				return;
			}
			this.counts.failed++;
			console.log(`FAIL: ${full}\n      ${explain(error).replaceAll('\n', '\n      ')}`);
		}
	}

	/* Something worth knowing that is no test. */
	note(text) {
		console.log(`note: ${this.name} ${this.group}: ${text}`);
	}

	finish() {
		this.report();
		const { passed, failed, skipped } = this.counts;
		if (passed + failed + skipped === 0) {
			console.log(`FAIL: ${this.name}: no test ran`);
			this.counts.failed++;
		}
		console.log(`${passed} passed, ${this.counts.failed} failed, ${skipped} skipped`);
		process.exitCode = this.counts.failed === 0 ? 0 : 1;
	}
}

function explain(error) {
	const text = error instanceof assert.AssertionError ? error.message : error.stack;
	return text.length > 2000 ? `${text.slice(0, 2000)} ...` : text;
}

/* Run mdbish, or a copy of it; the result has status, signal, stdout, stderr. */
function mdbish(args, { program = MDBISH, ...options } = {}) {
	const result = spawnSync(program, args, {
		encoding: 'utf8', maxBuffer: 2 ** 30, timeout: TIMEOUT, killSignal: 'SIGKILL',
		env: { ...process.env, LC_ALL: 'C.UTF-8' }, input: '', ...options,
	});
	if (result.error !== undefined && result.error.code !== 'ETIMEDOUT') {
		throw result.error;
	}
	result.timedOut = result.error !== undefined;
	result.command = `mdbish ${args.join(' ')}`;
	return result;
}

/* Run commands with --json on a core; returns the records after checking that the run went well. */
function records(core, commands, { status = 0, options = [], spawn = {} } = {}) {
	const args = ['--json', ...options, ...commands.flatMap((c) => ['-e', c]), core];
	const result = mdbish(args, spawn);
	const all = parse(result);
	const failed = all.filter((r) => r.type === 'error').slice(0, 3);
	assert.ok(!result.timedOut, `${result.command}: no end after ${TIMEOUT / 1000} s`);
	assert.strictEqual(result.signal, null, `${result.command}: ${result.signal}\n${result.stderr}`);
	assert.strictEqual(result.status, status,
		`${result.command}: exit status ${result.status}\n${result.stderr}${JSON.stringify(failed)}`);
	return all;
}

function parse(result) {
	return result.stdout.split('\n').slice(0, -1).map((line) => {
		let record;
		try {
			record = JSON.parse(line);
		} catch (error) {
			assert.fail(`${result.command}: not JSON: ${line.slice(0, 300)}: ${error.message}`);
		}
		assert.strictEqual(typeof record.type, 'string', `no type in ${line.slice(0, 300)}`);
		return record;
	});
}

/* Records of one type; there must be some. */
function ofType(all, type) {
	const found = all.filter((r) => r.type === type);
	assert.notStrictEqual(found.length, 0,
		`no ${type} record; types: ${[...new Set(all.map((r) => r.type))]}`);
	return found;
}

/* The pinned versions, or those of MDBISH_VERSIONS. */
function versions() {
	const pinned = fs.readFileSync(path.join(__dirname, 'cores', 'versions'), 'utf8').split('\n')
		.filter((line) => /^\d/.test(line)).map((line) => line.split(' ')[0]);
	const named = (process.env.MDBISH_VERSIONS ?? '').split(/[\s,]+/).filter(Boolean);
	const wanted = named.length > 0 ? named : pinned;
	for (const version of wanted) {
		assert.ok(pinned.includes(version), `no Node ${version} in tests/cores/versions`);
	}
	return wanted;
}

function corePath(version, name) {
	return path.join(CORES, version, `${name}.core`);
}

function truthOf(version, name) {
	return JSON.parse(fs.readFileSync(path.join(CORES, version, `${name}.json`), 'utf8'));
}

module.exports = { Suite, skip, mdbish, records, ofType, versions, corePath, truthOf, TOP, BUILD, CORES,
	MDBISH };
