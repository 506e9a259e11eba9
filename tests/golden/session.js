'use strict';
/*
 * session - runs the steps of a console block as a user would: `$ ` lines in a shell, `> ` lines at
 * the prompt of mdbish on a terminal.
 */
const { spawn, spawnSync } = require('child_process');

const PATIENCE = 60000; // milliseconds for one step
const PROMPT = '> ';

/* A shell line: what it prints, standard error after standard output. */
function shell(line, options) {
	const result = spawnSync('bash', ['-o', 'pipefail', '-c', line],
		{ ...options, encoding: 'utf8', input: '', timeout: PATIENCE, maxBuffer: 2 ** 28 });
	if (result.error !== undefined) {
		throw result.error;
	}
	return result.stdout + result.stderr;
}

/*
 * The line on a terminal of its own (script(1) makes it), each input sent when the prompt stands at
 * the end of the output. Gives all that a user would see, echoed input included.
 */
function terminal(line, inputs, options) {
	return new Promise((resolve, reject) => {
		const child = spawn('script', ['-qec', `stty cols 250; ${line}`, '/dev/null'], options);
		const left = [...inputs];
		let seen = '';
		const timer = setTimeout(() => {
			child.kill('SIGKILL');
			reject(new Error(`no prompt or end within ${PATIENCE / 1000} s; so far:\n${seen}`));
		}, PATIENCE);
		child.on('error', reject);
		child.stderr.on('data', (data) => {
			seen += data;
		});
		child.stdout.on('data', (data) => {
			seen += data.toString('utf8').replaceAll('\r', '').replace(/\x1b\[[0-9;]*m/g, '');
			if (seen.endsWith(`\n${PROMPT}`) || seen === PROMPT) {
				if (left.length > 0) {
					child.stdin.write(`${left.shift()}\n`);
				} else {
					child.stdin.write('\x04');
				}
			}
		});
		child.on('close', () => {
			clearTimeout(timer);
			if (left.length > 0) {
				reject(new Error(`ended before: ${left[0]}\n${seen}`));
				return;
			}
			// The last prompt, at which the terminal was closed.
			resolve(seen.replace(/\n> *\s*$/, '\n'));
		});
	});
}

/* All of a step's text as a user would see it, without the `$ ` line. */
async function run(step, options) {
	const inputs = step.body.filter((text) => text.startsWith(PROMPT)).map((text) => text.slice(2));
	return inputs.length === 0 ? shell(step.line, options) : terminal(step.line, inputs, options);
}

module.exports = { run };
