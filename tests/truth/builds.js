'use strict';
/*
 * builds - the same V8 in other clothes: stripped, without its file, known by a layout file, with its
 * symbols in another file, inside a single-executable application, and as Debian's library.
 *
 * What mdbish says of a core with the official executable is compared with what it says without.
 */
const assert = require('assert');
const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { records, ofType, mdbish, corePath, skip, TOP, BUILD, MDBISH } = require('../runner.js');
const heap = require('./heap.js');
const stack = require('./stack.js');
const values = require('./values.js');

const CACHE = process.env.MDBISH_CACHE ?? path.join(TOP, 'build', 'nodes');
const LAYOUTS = path.join(TOP, 'layouts');
const QUICK = ['::findjsobjects', '::isolates', '::v8pages', '::jsstack -a'];
const COMMANDS = [...QUICK, '::walk jsobject | ::jsprint'];

/* Run a program that must succeed; gives its output. */
function run(program, args, options = {}) {
	const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28, ...options });
	assert.strictEqual(result.status, 0,
		`${program} ${args.join(' ')}: ${result.error ?? ''}${result.stdout}${result.stderr}`);
	return result.stdout;
}

/* A folder for what is made here, deleted when body returns. */
function scratch(body) {
	fs.mkdirSync(path.join(BUILD, 'tmp'), { recursive: true });
	const folder = fs.mkdtempSync(path.join(BUILD, 'tmp', 'builds-'));
	try {
		body(folder);
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

/*
 * Native frames have no names without symbols. Without the executable there is no source text of
 * Node's own modules, which is a part of it: lines and columns in them are not known. Everything else
 * must be there.
 */
function comparable(all, { nativeNames = false, sources = true } = {}) {
	const positions = (key, value) => {
		if (typeof value === 'string') {
			return value.replace(/:\d+:\d+\b/g, '');
		}
		if (typeof value?.file === 'string' && !value.file.startsWith('/')) {
			const { line, column, script_line: first, script_column: second, ...rest } = value;
			return rest;
		}
		return value;
	};
	return all.filter((r) => r.type !== 'warning').map((r) => {
		if (r.type === 'page' && r.space === 'LargeObjectSpace') {
			return { ...r, space: 'OldLargeObjectSpace' }; // as it is called from V8 8.0 on
		}
		if (r.type === 'frame' && r.kind === 'native' && !nativeNames) {
			const { function: name, display, offset, module, ...rest } = r;
			return rest;
		}
		return sources ? r : JSON.parse(JSON.stringify(r), positions);
	});
}

/* Each command says the same with these options as with the official executable. */
function same(suite, core, official, options, { spawn = {}, commands = COMMANDS, ...known } = {}) {
	for (const command of commands) {
		suite.test(`${command} is the same`, () => {
			const wanted = comparable(records(core, [command], { options: ['-x', official] }), known);
			const found = comparable(records(core, [command], { options, spawn }), known);
			assert.ok(wanted.length > 0);
			assert.strictEqual(found.length, wanted.length);
			const at = found.findIndex((r, i) => JSON.stringify(r) !== JSON.stringify(wanted[i]));
			assert.ok(at < 0, `record ${at}: ${JSON.stringify(found[at])}\nbut with the executable `
				+ JSON.stringify(wanted[at]));
		});
	}
}

function statusOf(core, options, spawn = {}) {
	return ofType(records(core, ['::status'], { options, spawn }), 'status')[0];
}

function exported(file) {
	return JSON.parse(run(MDBISH, ['layout', 'export', file]));
}

/* A program without layout files of its own. */
function copyOfMdbish(folder) {
	const program = path.join(folder, 'bin', 'mdbish');
	fs.mkdirSync(path.dirname(program), { recursive: true });
	fs.copyFileSync(MDBISH, program);
	return program;
}

function stripped(suite, version, node, folder) {
	const file = path.join(folder, 'stripped');
	suite.section(`${version} stripped`);
	suite.test('strip', () => run('strip', ['-o', file, node]));
	same(suite, corePath(version, 'stack'), node, ['-x', file]);
	suite.test('threads know their isolates', () => {
		const isolates = (options) => ofType(records(corePath(version, 'worker'), ['::isolates'],
			{ options }), 'isolate');
		const found = isolates(['-x', file]);
		assert.ok(found.length > 1 && found.every((i) => i.thread !== null), JSON.stringify(found));
		assert.deepStrictEqual(found, isolates(['-x', node]));
	});
	suite.test('the same names of roots and builtins', () => {
		const [whole, bare] = [node, file].map(exported);
		assert.ok(whole.roots.length > 300 && whole.builtins.length > 1000);
		for (const part of ['build_id', 'node', 'v8', 'constants', 'roots', 'builtins', 'fields']) {
			assert.deepStrictEqual(bare[part], whole[part], part);
		}
	});
	return file;
}

/* Symbols in a file of their own: by build-id below the sysroot, and by .gnu_debuglink. */
function debugFiles(suite, version, node, bare, folder) {
	const root = path.join(folder, 'root');
	const linked = path.join(folder, 'linked');
	const link = path.join(folder, 'linked.dbg');
	const core = corePath(version, 'stack');
	suite.section(`${version} debug symbols`);
	suite.test('objcopy', () => {
		const { build_id: id } = exported(node);
		const debug = path.join(root, 'usr/lib/debug/.build-id', id.slice(0, 2), `${id.slice(2)}.debug`);
		fs.mkdirSync(path.dirname(debug), { recursive: true });
		run('objcopy', ['--only-keep-debug', node, debug]);
		fs.copyFileSync(debug, link);
		run('objcopy', ['-R', '.note.gnu.build-id', `--add-gnu-debuglink=${link}`, bare, linked]);
	});
	same(suite, core, node, ['-x', bare, '--sysroot', root], { nativeNames: true, commands: QUICK });
	const names = () => records(core, ['::jsstack'], { options: ['-x', linked] })
		.filter((r) => r.kind === 'native').map((r) => r.function);
	suite.test('found by .gnu_debuglink', () => assert.ok(names().some((n) => /^node::/.test(n)), names()));
	suite.test('not taken with another checksum', () => {
		fs.appendFileSync(link, 'x');
		assert.ok(!names().some((n) => /Abort/.test(n)), names());
	});
}

/* A core of a copy of Node, which tests/cores/make takes for the real one. */
function makeCore(version, name, node, folder, env = {}) {
	const cache = path.join(folder, 'nodes');
	const cores = path.join(folder, 'cores');
	const copy = path.join(cache, version, 'bin', 'node');
	fs.mkdirSync(path.dirname(copy), { recursive: true });
	fs.rmSync(copy, { force: true });
	fs.copyFileSync(node, copy);
	run(path.join(TOP, 'tests/cores/make'), [`${version}/${name}`],
		{ env: { ...process.env, MDBISH_CACHE: cache, MDBISH_CORES: cores, ...env } });
	const truth = JSON.parse(fs.readFileSync(path.join(cores, version, `${name}.json`), 'utf8'));
	return { core: path.join(cores, version, `${name}.core`), truth };
}

/* Node deletes its own file as soon as it runs. */
function makeDeleted(version, name, node, folder) {
	const script = path.join(folder, 'delete.js');
	fs.writeFileSync(script, `
		try {
			require('fs').unlinkSync(process.execPath);
		} catch (error) {
			// A worker was faster.
		}`);
	return makeCore(version, name, node, folder, { NODE_OPTIONS: `--require ${script}` });
}

function deleted(suite, version, node, folder) {
	suite.section(`${version} deleted`);
	for (const name of ['stack', 'worker']) {
		let core;
		suite.test(`a core of ${name} whose executable is gone`, () => {
			core = makeDeleted(version, name, node, folder).core;
			assert.ok(!fs.existsSync(path.join(folder, 'nodes', version, 'bin', 'node')));
		});
		if (core === undefined) {
			continue;
		}
		same(suite, core, node, ['--layouts', LAYOUTS],
			{ sources: false, commands: name === 'stack' ? COMMANDS : QUICK });
		suite.test('::status names the layout file', () => {
			const row = statusOf(core, ['--layouts', LAYOUTS]);
			assert.ok(row.layout.startsWith(path.join(LAYOUTS, `v${version}-`)), row.layout);
			assert.strictEqual(row.layout_by, 'build-id');
			assert.strictEqual(row.node, `v${version}`);
			assert.match(row.executable, / \(deleted\)$/);
		});
		suite.test('::v8layout says so', () => {
			const rows = ofType(records(core, ['::v8layout'], { options: ['--layouts', LAYOUTS] }), 'layout');
			assert.ok(rows.filter((r) => / \(layout file\)$/.test(r.row ?? '')).length > 50);
		});
	}
	byVersion(suite, version, node, folder);
}

/* The layout of another build of the version: no address in it may be used. */
function byVersion(suite, version, node, folder) {
	const core = path.join(folder, 'cores', version, 'worker.core');
	const layouts = path.join(folder, 'layouts');
	const spawn = { program: copyOfMdbish(folder) };
	suite.section(`${version} layout of the version`);
	suite.test('without a layout the version is told', () => {
		const result = mdbish(['-e', '::findjsobjects', core], spawn);
		assert.strictEqual(result.status, 1);
		assert.match(result.stderr, new RegExp(`Node v${version}, and no layout file`));
	});
	suite.test('a layout with another build-id', () => {
		fs.mkdirSync(layouts, { recursive: true });
		fs.writeFileSync(path.join(layouts, `v${version}-other.json`),
			JSON.stringify({ ...exported(node), build_id: '00'.repeat(20), spaces: { OldSpace: '0x10' } }));
		const row = statusOf(core, ['--layouts', layouts], spawn);
		assert.strictEqual(row.layout_by, 'version');
		assert.match(mdbish(['--layouts', layouts, '-e', '::status', core], spawn).stdout,
			/by the version alone/);
	});
	same(suite, core, node, ['--layouts', layouts], { sources: false, spawn, commands: QUICK });
}

/* What stands in layouts/ is what the executable tells now; `fields` follow the rows of the program. */
function database(suite, version, node) {
	suite.section(`${version} layouts/`);
	suite.test('is what the executable tells', () => {
		const now = exported(node);
		const file = path.join(LAYOUTS, `v${version}-${now.build_id}.json.zst`);
		const kept = JSON.parse(run('zstd', ['-dc', file]));
		for (const key of Object.keys({ ...now, ...kept }).filter((k) => k !== 'fields')) {
			assert.deepStrictEqual(kept[key], now[key], key);
		}
	});
}

/* Damaged layout files: an answer or a reason, never a crash. */
function damaged(suite, version, node, folder) {
	const core = path.join(folder, 'cores', version, 'stack.core');
	const file = path.join(folder, 'damaged.json');
	const text = run(MDBISH, ['layout', 'export', node]);
	const [packed] = fs.readdirSync(LAYOUTS).filter((f) => f.startsWith(`v${version}-`))
		.map((f) => fs.readFileSync(path.join(LAYOUTS, f)));
	const cut = (part) => text.slice(0, Math.floor(text.length * part));
	const flipped = Buffer.from(packed);
	flipped[flipped.length >> 1] ^= 0x40;
	const json = (change) => JSON.stringify({ ...JSON.parse(text), ...change });
	const bad = {
		empty: '', 'cut in the middle': cut(0.5), 'no JSON': 'x'.repeat(5000), 'an array': '[]',
		'a bit of the packed file': flipped, 'half of the packed file': packed.subarray(0, packed.length >> 1),
		'another format': json({ mdbish_layout: 2 }), 'no constants': json({ constants: {} }),
		'constants that are none': json({ constants: { a: 'b' } }), 'huge constants': json({ constants: { a: 2 ** 40 } }),
		'roots that are none': json({ roots: [1, 2, 3] }), 'no roots': json({ roots: [] }),
		'a version that is none': json({ version: [0, 'x'] }), 'a huge block': json({ tls: { bytes: 2 ** 50, align: 3 } }),
	};
	const odd = {
		'addresses elsewhere': json({ spaces: { OldSpace: '0xffffffffffffffff' }, isolate: { tls: '0xffffffffffffff' } }),
		'builtins that are too few': json({ builtins: ['JSEntry'] }),
		'roots in another order': json({ roots: JSON.parse(text).roots.reverse() }),
		'fields that cannot be': json({ fields: { SmiShift: 99, Map_instance_type: -5 } }),
		'strange constants': json({ constants: Object.fromEntries(
			Object.entries(JSON.parse(text).constants).map(([k, v], i) => [k, v + i])) }),
	};
	const spawn = { program: copyOfMdbish(folder) };
	const attempt = (content) => {
		fs.writeFileSync(file, content);
		const result = mdbish(['--layouts', file, '-e', '::findjsobjects', core], spawn);
		assert.strictEqual(result.signal, null, result.stderr);
		assert.ok(!result.timedOut);
		return result;
	};
	suite.section(`${version} damaged layouts`);
	for (const [what, content] of Object.entries(bad)) {
		suite.test(`${what}: refused with a reason`, () => {
			const result = attempt(content);
			assert.strictEqual(result.status, 1);
			assert.match(result.stderr, /the layout file .*damaged\.json /);
		});
	}
	for (const [what, content] of Object.entries(odd)) {
		suite.test(`${what}: no crash`, () => {
			const result = attempt(content);
			assert.ok(result.status === 0 || /mdbish: /.test(result.stderr.replace(/^.*warning.*$/gm, '')));
		});
	}
}

/* Node 20 on lets postject put a program into a copy of itself; Node 25.5 on does it on its own. */
function application(suite, version, node, folder) {
	const main = path.join(folder, 'main.js');
	const config = path.join(folder, 'sea.json');
	const blob = path.join(folder, 'sea.blob');
	const output = path.join(folder, 'sea');
	const builds = /--build-sea/.test(run(node, ['--help']));
	// The programs of the tests stay files, which the application loads.
	fs.writeFileSync(main, `
		const program = process.argv.find((a) => /programs\\/.*[.]js$/.test(a));
		require('module').createRequire(program)(program);`);
	const write = (file) => fs.writeFileSync(config,
		JSON.stringify({ main, output: file, disableExperimentalSEAWarning: true }));
	suite.section(`${version} application`);
	suite.test(`made ${builds ? 'by Node' : 'with postject'}`, () => {
		if (builds) {
			write(output);
			run(node, ['--build-sea', config]);
		} else {
			write(blob);
			run(node, ['--experimental-sea-config', config]);
			fs.copyFileSync(node, output);
			run(process.execPath, [run(path.join(TOP, 'tests/cores/postject'), []).trim(), output, 'NODE_SEA_BLOB',
				blob, '--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']);
		}
	});
	for (const name of ['stack', 'values']) {
		let made;
		suite.test(`a core of ${name}`, () => {
			made = makeCore(version, name, output, folder);
		});
		if (made === undefined) {
			continue;
		}
		if (name === 'stack') {
			stack.native(suite, stack.frames(suite, made.core, made.truth, { exact: 0 }), ['abort', 'node::', 'main']);
		} else {
			values.tree(suite, made.core, made.truth);
		}
		suite.test(`::status of ${name}`, () => {
			const row = statusOf(made.core, []);
			assert.strictEqual(row.node, `v${version}`);
			assert.strictEqual(row.layout, null);
		});
	}
}

function version(suite, v) {
	const node = path.join(CACHE, v, 'bin', 'node');
	const major = parseInt(v, 10);
	scratch((folder) => {
		const bare = stripped(suite, v, node, folder);
		database(suite, v, node);
		if (major === 24) {
			debugFiles(suite, v, node, bare, folder);
		}
		deleted(suite, v, node, folder);
		if (major === 24) {
			damaged(suite, v, node, folder);
		}
		if (major >= 20) {
			application(suite, v, node, folder);
		}
	});
}

/* Debian's Node: a small program, position-independent, and V8 in a library without .symtab. */
function debian(suite) {
	suite.section('debian');
	const found = spawnSync(path.join(TOP, 'tests/cores/debian'), [], { encoding: 'utf8' });
	if (found.status === 2) {
		suite.test('its packages', () => skip(found.stderr.trim().split('\n').pop()));
		return;
	}
	const node = found.stdout.trim();
	const real = path.join(path.dirname(node), 'root/usr/bin/node');
	const [library] = fs.readdirSync(path.join(path.dirname(node), 'root/usr/lib/x86_64-linux-gnu'))
		.filter((f) => /^libnode\.so/.test(f)).map((f) => path.join(path.dirname(node), 'root/usr/lib/x86_64-linux-gnu', f));
	// tests/cores/make wants a pinned version: the script stands in for one.
	const pinned = '18.20.8';
	scratch((folder) => {
		const of = {};
		suite.test('cores', () => {
			for (const name of ['heap', 'stack', 'values', 'worker']) {
				of[name] = makeCore(pinned, name, node, folder);
			}
		});
		if (of.worker === undefined) {
			return;
		}
		heap.counts(suite, of.heap.core, of.heap.truth);
		stack.native(suite, stack.frames(suite, of.stack.core, of.stack.truth, { exact: 0 }),
			['abort', 'node::', '__libc_start_main']);
		values.tree(suite, of.values.core, of.values.truth);
		heap.isolates(suite, of.worker.core, of.worker.truth);
		suite.test('::status', () => {
			const row = statusOf(of.worker.core, []);
			assert.strictEqual(row.node, of.worker.truth.node);
			assert.strictEqual(row.executable, real);
		});
		suite.test('a layout of the library, without the library', () => {
			const layouts = path.join(folder, 'layouts');
			const away = path.join(folder, path.basename(library));
			fs.mkdirSync(layouts);
			run(MDBISH, ['layout', 'export', '-o', layouts, library]);
			const wanted = records(of.worker.core, ['::findjsobjects']);
			fs.copyFileSync(library, away);
			fs.rmSync(library);
			try {
				assert.match(statusOf(of.worker.core, ['--layouts', layouts]).layout, /^.*\/v18.*zst$/);
				const without = records(of.worker.core, ['::findjsobjects'], { options: ['--layouts', layouts] });
				assert.deepStrictEqual(comparable(without), wanted);
			} finally {
				fs.copyFileSync(away, library);
			}
		});
	});
}

module.exports = { version, debian };
