'use strict';
/*
 * inside - functions with their text and place, closures over every kind of scope, scripts as the
 * debugger sees them, optimized code, the heap's spaces: what the ::v8... commands look at.
 *
 * Every variable of a scope is used by an inner function, so that V8 keeps it in a context.
 */
const fs = require('fs');
const vm = require('vm');
const v8 = require('v8');
const truth = require('./truth.js');

const own = fs.readFileSync(__filename, 'utf8');
const functions = [];
const closures = [];

/* Line and column (from 1, in UTF-16 units) of an offset into a text. */
function place(text, offset) {
	const lines = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/);
	return { line: lines.length, column: lines[lines.length - 1].length + 1 };
}

/* A function whose text stands once in its script. */
function note(label, f, { file = __filename, text = own, name = f.name } = {}) {
	const source = String(f);
	const offset = text.indexOf(source);
	if (offset < 0 || text.indexOf(source, offset + 1) >= 0) {
		throw new Error(`the text of ${label} is not there exactly once`);
	}
	functions.push({ label, name, source, file, ...place(text, offset), start: offset });
	return f;
}

/* scopes: the innermost first; the variables of each, by name. */
function closure(label, f, scopes) {
	closures.push({ label, scopes: scopes.map(({ kind, variables }) => (
		{ kind, variables: truth.encode(variables) })) });
	return f;
}

class TruthFunctions {}
class TruthClosures {}
const keptFunctions = new TruthFunctions();
const keptClosures = new TruthClosures();

function keep(label, f, options) {
	keptFunctions[label] = note(label, f, options);
}

function keepClosure(label, f, scopes) {
	keptClosures[label] = closure(label, f, scopes);
}

keep('declaration', function declaration(a, b) { return a + b; });
keep('expression', function () { return 'no name'; });
keep('arrow', (x) => x * 2);
keep('asyncArrow', async (x) => x * 3);
keep('asyncFunction', async function asyncFunction() { return 4; });
keep('generator', function* generator() { yield 5; });
keep('asyncGenerator', async function* asyncGenerator() { yield 6; });
keep('wide', function wide() { return 'naïve 日本語 😀'; });
keep('afterWide', /* 日本語 😀 */ function afterWide() { return 7; });
keep('method', { aMethod(x) { return x; } }.aMethod);
keep('getter', Object.getOwnPropertyDescriptor({ get got() { return 8; } }, 'got').get);
keep('lazy', function lazy() { return 'never called'; });
class TruthBody {
	constructor() { this.one = 1; }
	instanceMethod() { return this.one; }
	static classMethod() { return 2; }
}
keep('classItself', TruthBody);
keep('instanceMethod', TruthBody.prototype.instanceMethod);
keep('classMethod', TruthBody.classMethod);
keep('ran', function ran(n) { return n === 0 ? 0 : ran(n - 1); });
keptFunctions.ran(3);

/* Scripts of their own, with an origin and without. */
const script = '// first line\nconst topConst = 11, topDouble = 2.5;\nlet topLet = { top: true };\n'
	+ 'function inScript() { return [topConst, topLet, topDouble]; }\ninScript;\n';
const inScript = vm.runInThisContext(script, { filename: '/truth/in-script.js' });
keep('inScript', inScript, { file: '/truth/in-script.js', text: script });
keepClosure('inScript', inScript, [{ kind: 'script',
	variables: { topConst: 11, topDouble: 2.5, topLet: { top: true } } }]);
const shifted = 'function shifted() { return 12; }\nshifted;\n';
keptFunctions.shifted = vm.runInThisContext(shifted,
	{ filename: '/truth/shifted.js', lineOffset: 40, columnOffset: 7 });
functions.push({ label: 'shifted', name: 'shifted', source: String(keptFunctions.shifted),
	file: '/truth/shifted.js', line: 41, column: 8, start: 0 });
keptFunctions.made = new Function('a', 'b', 'return a - b;');
functions.push({ label: 'made', name: 'anonymous', source: String(keptFunctions.made), file: null,
	line: null, column: null, start: null });

/* One scope. */
function counter(start) {
	let count = start;
	return function increment() { return ++count; };
}
const increment = counter(40);
increment();
increment();
keepClosure('increment', increment, [{ kind: 'function', variables: { count: 42 } }]);

/* All sorts of values, parameters among them. */
function sorts(parameter) {
	const text = 'a text', half = 0.5, nothing = null, missing = undefined, yes = true;
	const list = [1, 'two'], object = { a: { b: 1 } };
	return function uses() {
		return [parameter, text, half, nothing, missing, yes, list, object];
	};
}
keepClosure('uses', sorts('given'), [{ kind: 'function', variables: { parameter: 'given', text: 'a text',
	half: 0.5, nothing: null, missing: undefined, yes: true, list: [1, 'two'], object: { a: { b: 1 } } } }]);

/* Scopes in scopes: a block of a loop, a catch clause, three functions. */
function outermost(a) {
	let result;
	function middle(b) {
		for (let i = 0; i < 3; i++) {
			const square = i * i;
			try {
				throw new Error(`thrown ${i}`);
			} catch ({ message }) {
				const inner = message.length;
				result = function innermost() { return [a, b, i, square, message, inner]; };
			}
		}
	}
	middle('b');
	return result;
}
const innermost = outermost('a');

/* A name for the caught value makes a scope of its own. */
function catches() {
	try {
		throw 'caught text';
	} catch (caught) {
		return function inCatch() { return caught; };
	}
}
keepClosure('inCatch', catches(), [{ kind: 'catch', variables: { caught: 'caught text' } }]);

/* `with` and a direct eval that declares variables: sloppy code only. */
const sloppy = `(function sloppyOuter(object) {
	var beside = 'beside';
	with (object) {
		return function inWith() { return [inObject, beside]; };
	}
})`;
const inWith = vm.runInThisContext(sloppy, { filename: '/truth/sloppy.js' })({ inObject: 31 });
keep('inWith', inWith, { file: '/truth/sloppy.js', text: sloppy });
keepClosure('inWith', inWith, [{ kind: 'with', variables: { inObject: 31 } },
	{ kind: 'function', variables: { beside: 'beside' } }]);
const evals = `(function evaluating(a) {
	var known = 'known';
	eval('var declared = 51;');
	return function afterEval() { return [a, known, eval('declared')]; };
})`;
const afterEval = vm.runInThisContext(evals, { filename: '/truth/evals.js' })('A');

/* More variables than V8 lists one by one: their names are in a hash table. */
const manyNames = Array.from({ length: 120 }, (unused, i) => `many${i}`);
const many = new Function(`${manyNames.map((n, i) => `let ${n} = ${i} * 2;`).join('\n')}
	return function usesMany() { return [${manyNames}]; };`)();
keepClosure('usesMany', many, [{ kind: 'function',
	variables: manyNames.reduce((all, n, i) => Object.assign(all, { [n]: i * 2 }), {}) }]);

/* A class with private members keeps them in its scope. */
const makesClass = function makesClass() {
	const secret = 'class secret';
	return class { static tells() { return secret; } };
};
keepClosure('tells', makesClass().tells, [{ kind: 'function', variables: { secret: 'class secret' } }]);

/* Of a scope chain only some names are known from here; V8 has helpers of its own between them. */
const someVariables = {
	innermost: { a: 'a', b: 'b', i: 2, square: 4, message: 'thrown 2', inner: 8 },
	afterEval: { a: 'A', known: 'known', declared: 51 },
};
keptClosures.innermost = innermost;
keptClosures.afterEval = afterEval;

/* Made hot, so that machine code exists for it. */
function hot(n) {
	let sum = 0;
	for (let i = 0; i < n; i++) {
		sum = (sum + i * 7) % 1000003;
	}
	return sum;
}
for (let i = 0; i < 2000; i++) {
	hot(1000);
}
keptFunctions.hot = note('hot', hot);

/* What the debugger is told of every script. */
function scripts() {
	const inspector = require('inspector');
	const session = new inspector.Session();
	const found = [];
	session.connect();
	session.on('Debugger.scriptParsed', ({ params }) => found.push({ id: Number(params.scriptId),
		name: params.url, startLine: params.startLine, startColumn: params.startColumn }));
	session.post('Debugger.enable');
	session.post('Debugger.disable');
	session.disconnect();
	return found;
}

/* A module: its own variables, an export, and one that is imported. */
async function modules() {
	if (vm.SourceTextModule === undefined) {
		return;
	}
	const major = parseInt(process.versions.node, 10);
	const load = async (text, identifier, link) => {
		const module = new vm.SourceTextModule(text, { identifier, url: identifier });
		await module.link(link);
		if (major < 14 && module.instantiate !== undefined) {
			module.instantiate();
		}
		return module;
	};
	const run = async (module) => module.evaluate();
	const other = await load('export const imported = 62;\nexport function unused() {}\n', 'file:///truth/other.mjs', () => {});
	const text = 'import { imported as renamed } from "other";\nlet local = 61;\nexport let exported = "out";\n'
		+ 'globalThis.truthInModule = function inModule() { return [renamed, local, exported]; };\n';
	const module = await load(text, 'file:///truth/module.mjs', () => other);
	await run(module);
	keep('inModule', globalThis.truthInModule, { file: 'file:///truth/module.mjs', text });
	keepClosure('inModule', globalThis.truthInModule, [{ kind: 'module',
		variables: { renamed: 62, local: 61, exported: 'out' } }]);
}

globalThis.truthKept = { keptFunctions, keptClosures };
modules().then(() => {
	gc(); // scripts that nobody needs are gone before the debugger lists them
	const parsed = scripts();
	truth.write({ functions, closures, closureOrder: Object.keys(keptClosures), someVariables, scripts: parsed, scriptLengths: {
		[__filename]: null, '/truth/in-script.js': script.length, '/truth/sloppy.js': sloppy.length },
	spaces: v8.getHeapSpaceStatistics() });
	process.abort();
}).catch((error) => {
	console.error(error);
	process.exit(1);
});
