'use strict';
/*
 * bench - measures; called by tests/bench/run.
 */
const { spawn, spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');

const [build, core, jobs] = process.argv.slice(2);
const MDBISH = path.join(build, 'bin', 'mdbish');
const truth = JSON.parse(fs.readFileSync(`${core}.json`, 'utf8'));
const ROUNDS = 3;
const goals = { ratio: 4, memory: 64, status: 150 }; // times, MB, ms
let failed = 0;
let passed = 0;

function best(list) {
	return Math.min(...list);
}

function sum(threads) {
	const { stdout, status, stderr } = spawnSync(path.join(build, 'bench', 'sum'), [`${core}.core`, threads],
		{ encoding: 'utf8' });
	if (status !== 0) {
		throw new Error(stderr);
	}
	const [bytes, ms] = stdout.split(' ').map(Number);
	return { bytes, ms };
}

/* Milliseconds of a whole run of the program, output thrown away. */
function time(command, ...options) {
	const before = process.hrtime.bigint();
	const { status, stderr } = spawnSync(MDBISH, [...options, '-j', jobs, '-e', command, `${core}.core`],
		{ stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
	if (status !== 0) {
		throw new Error(`${command}: ${stderr}`);
	}
	return Number(process.hrtime.bigint() - before) / 1e6;
}

/* The most anonymous memory that the program had of its own, in MB, by looking all the time. */
function memory(command) {
	return new Promise((resolve, reject) => {
		const child = spawn(MDBISH, ['-j', jobs, '-e', command, `${core}.core`], { stdio: 'ignore' });
		let peak = 0;
		let looks = 0;
		const timer = setInterval(() => {
			try {
				const text = fs.readFileSync(`/proc/${child.pid}/status`, 'latin1');
				const anonymous = /^RssAnon:\s+(\d+)/m.exec(text);
				if (anonymous !== null) {
					peak = Math.max(peak, Number(anonymous[1]) / 1024);
					looks++;
				}
			} catch {
				// It has just ended.
			}
		}, 1);
		child.on('error', reject);
		child.on('exit', (status) => {
			clearInterval(timer);
			if (status === 0) {
				resolve({ peak, looks });
			} else {
				reject(new Error(`${command}: exit status ${status}`));
			}
		});
	});
}

function check(name, found, expected) {
	if (found === expected) {
		passed++;
	} else {
		failed++;
		console.log(`FAIL: bench ${name}: ${found}, made ${expected}`);
	}
}

function counts() {
	const { stdout } = spawnSync(MDBISH, ['--json', '-e', '::findjsobjects', `${core}.core`],
		{ encoding: 'utf8', maxBuffer: 2 ** 30 });
	const found = {};
	for (const line of stdout.split('\n').filter(Boolean)) {
		const row = JSON.parse(line);
		found[row.constructor] = (found[row.constructor] ?? 0) + (row.count ?? 0);
	}
	for (const [name, made] of Object.entries(truth.constructors)) {
		check(name, found[name] ?? 0, made);
	}
}

function verdict(value, goal) {
	return value <= goal ? `goal ${goal}: reached` : `goal ${goal}: NOT reached`;
}

async function main() {
	const size = fs.statSync(`${core}.core`);
	console.log(`bench: ${truth.megabytes} MB of ${truth.node}, core ${Math.round(size.size / 1e6)} MB, `
		+ `${Math.round((size.blocks * 512) / 1e6)} MB on disk, ${jobs} threads, best of ${ROUNDS}`);
	sum(1);
	const sums = [];
	const many = [];
	const finds = [];
	const states = [];
	for (let i = 0; i < ROUNDS; i++) {
		sums.push(sum(1));
		many.push(sum(jobs));
		finds.push(time('::findjsobjects'));
		states.push(time('::status'));
	}
	const plain = best(sums.map((s) => s.ms));
	const find = best(finds);
	const { peak, looks } = await memory('::findjsobjects');
	const all = best(many.map((s) => s.ms));
	console.log(`bench: sum of every word   ${plain.toFixed(0)} ms for ${Math.round(sums[0].bytes / 1e6)} MB`);
	console.log(`bench: findjsobjects       ${find.toFixed(0)} ms, ${(find / plain).toFixed(2)} times the sum `
		+ `(${verdict(find / plain, goals.ratio)})`);
	console.log(`bench: beside a sum on ${jobs} threads: ${all.toFixed(0)} ms, ${(find / all).toFixed(2)} times that`);
	console.log(`bench: memory of its own   ${peak.toFixed(1)} MB, ${looks} looks (${verdict(peak, goals.memory)})`);
	console.log(`bench: ::status            ${best(states).toFixed(0)} ms (${verdict(best(states), goals.status)})`);
	counts();
	console.log(`${passed} passed, ${failed} failed, 0 skipped`);
	process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

main();
