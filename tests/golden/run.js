'use strict';
/*
 * run - the golden suite: every ```console block of README.md and docs/ is run against the cores of
 * one pinned Node and must show what the program prints.
 *
 *   run.js [-v] [--update]
 *
 * In a block `$ COMMAND` runs in a shell, `> COMMAND` at the prompt of the mdbish before it. The
 * cores stand in the working directory as NAME.core (tests/cores/list). --update writes what is
 * printed now into the pages; read the difference before you commit it.
 */
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { Suite, skip, TOP, BUILD, CORES, versions } = require('../runner.js');
const { difference, renew } = require('./compare.js');
const session = require('./session.js');

const VERSION = '24.21.0';
const suite = new Suite('golden');
const update = process.argv.includes('--update');

/* The console blocks of a page: first line's number, steps of { line, body, from, to }. */
function blocks(text) {
	const all = text.split('\n');
	const found = [];
	for (let i = 0; i < all.length; i++) {
		if (all[i] !== '```console') {
			continue;
		}
		const block = { at: i + 1, steps: [] };
		for (i++; i < all.length && all[i] !== '```'; i++) {
			if (all[i].startsWith('$ ')) {
				block.steps.push({ line: all[i].slice(2), body: [], from: i + 1 });
			} else {
				const step = block.steps[block.steps.length - 1];
				assert.ok(step !== undefined, `line ${i + 1}: a console block begins with "$ "`);
				step.body.push(all[i]);
			}
		}
		found.push(block);
	}
	return found;
}

/* A place with the cores of one Node, and what pages call the places of this machine. */
function place() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mdbish-golden-'));
	for (const name of fs.readdirSync(path.join(CORES, VERSION))) {
		if (name.endsWith('.core')) {
			fs.symlinkSync(path.join(CORES, VERSION, name), path.join(folder, name));
		}
	}
	return folder;
}

function familiar(text) {
	return text.replaceAll(path.join(TOP, 'tests/cores/programs'), '/srv/shop')
		.replaceAll(path.dirname(process.execPath), '/usr/local/bin');
}

async function page(file, options) {
	const text = fs.readFileSync(path.join(TOP, file), 'utf8');
	const replacements = [];
	suite.section(file);
	for (const block of blocks(text)) {
		for (const step of block.steps) {
			let printed = null;
			let failure = null;
			try {
				printed = familiar(await session.run(step, options));
			} catch (error) {
				failure = error;
			}
			suite.test(`line ${step.from}: $ ${step.line}`, () => {
				if (failure !== null) {
					throw failure;
				}
				if (update) {
					const body = renew(step.body, printed);
					assert.ok(body !== null, `renew this by hand:\n${printed}`);
					replacements.push({ step, body });
					return;
				}
				const wrong = difference(step.body, printed);
				assert.ok(wrong === null, `${wrong}`);
			});
		}
	}
	if (update) {
		const all = text.split('\n');
		for (const { step, body } of replacements.reverse()) {
			all.splice(step.from, step.body.length, ...body);
		}
		fs.writeFileSync(path.join(TOP, file), all.join('\n'));
	}
}

/* The comparison itself: it must see what readers would stumble over. */
function itself() {
	suite.section('itself');
	const shown = ['  ADDRESS  OBJECTS  SIZE', '0x1a2b3c4d  1,000  24.7 MiB  Cat: id, name', 'end'];
	const now = shown.map((l) => l.replace('0x1a2b3c4d', '0x9f8e7d6c5b').replace('24.7', '25.1'));
	const text = (list) => `${list.join('\n')}\n`;
	suite.test('addresses and sizes may differ', () => {
		assert.strictEqual(difference(shown, text(now)), null);
	});
	const wrong = {
		'another heading': now.map((l) => l.replace('OBJECTS', 'COUNT')),
		'another count': now.map((l) => l.replace('1,000', '1,001')),
		'another name': now.map((l) => l.replace('name', 'nome')),
		'a column more': now.map((l) => l.replace('Cat', '4 Cat')),
		'a line more': [...now, 'more'],
		'a line less': now.slice(0, -1),
		nothing: [],
	};
	for (const [name, list] of Object.entries(wrong)) {
		suite.test(`${name} is noticed`, () => {
			assert.notStrictEqual(difference(shown, text(list)), null);
		});
	}
	suite.test('... stands for any lines, and only there', () => {
		const cut = [shown[0], '...', 'end'];
		assert.strictEqual(difference(cut, text(now)), null);
		assert.notStrictEqual(difference(cut, text(now.slice(0, -1))), null);
	});
}

async function main() {
	const pages = ['README.md', ...fs.readdirSync(path.join(TOP, 'docs')).filter((f) => f.endsWith('.md'))
		.map((f) => path.join('docs', f))];
	itself();
	if (!versions().includes(VERSION)) {
		suite.section('pages');
		suite.test('console blocks', () => skip(`their cores are of Node ${VERSION}`));
		suite.finish();
		return;
	}
	const folder = place();
	const env = {
		...process.env, PATH: `${path.join(BUILD, 'bin')}:${process.env.PATH}`, HOME: folder, TERM: 'dumb',
		LC_ALL: 'C.UTF-8',
	};
	try {
		for (const file of pages.filter((f) => fs.existsSync(path.join(TOP, f)))) {
			await page(file, { cwd: folder, env });
		}
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
	suite.finish();
}

main();
