'use strict';
/*
 * compare - is what a page shows still what the program prints?
 *
 * Only what differs from run to run or from machine to machine is taken out of both sides:
 * addresses, offsets into native functions, sizes in bytes, process ids, the number of threads, which
 * visitor of the shop comes first, how many things of its own Node has, which of two words V8 has for a
 * full heap, the width of columns.
 * Everything else counts, also the number of lines. A line `...` on a page stands for any lines.
 */

const rules = [
	[/\+0x[0-9a-f]+\b/g, '+OFFSET'],
	[/\b0x[0-9a-f]{4,}\b/g, 'ADDRESS'],
	[/\b[0-9][0-9,]*(\.[0-9]+)? (B|KiB|MiB|GiB)(?![A-Za-z])/g, 'SIZE'],
	[/\b(pid|thread) [0-9]+\b/g, '$1 ID'],
	[/^(\*? *[0-9]+ +)[0-9]{2,8}(?= )/g, '$1ID'],
	[/\b[0-9]+ threads\b/g, 'N threads'],
	[/\b(Reached|Ineffective mark-compacts near) heap limit\b/g, 'HEAP LIMIT'],
	[/\b(visitor|id:) [0-9]+\b/g, '$1 N'],
	[/\b[0-9-]{10}T[0-9:.]{12}Z/g, 'DATE'],
	[/[ \t]+/g, ' '],
	[/^ | $/g, ''],
	// Node's own things: some more or less from run to run.
	[/^ADDRESS [0-9,]+ 0 SIZE (Function|Array|Object)$/, 'ADDRESS COUNT 0 SIZE $1'],
	[/^[0-9,]+ objects, SIZE, of [0-9,]+ types;/, 'N objects, SIZE, of N types;'],
];

function normalise(line) {
	return rules.reduce((text, [pattern, by]) => text.replace(pattern, by), line);
}

function lines(text) {
	const all = (Array.isArray(text) ? text : text.split('\n')).map(normalise);
	while (all.length > 0 && all[all.length - 1] === '') {
		all.pop();
	}
	return all;
}

/* null when the page is right, else the first difference in words. */
function difference(page, printed) {
	const want = lines(page);
	const have = lines(printed);
	let at = 0;
	for (let i = 0; i < want.length; i++) {
		if (want[i] === '...') {
			const next = want[i + 1];
			if (next === undefined) {
				return null;
			}
			while (at < have.length && have[at] !== next) {
				at++;
			}
			continue;
		}
		if (at >= have.length) {
			return `the page goes on: ${want[i]}`;
		}
		if (want[i] !== have[at]) {
			return `page:    ${want[i]}\nprinted: ${have[at]}`;
		}
		at++;
	}
	return at < have.length ? `printed, not on the page: ${have[at]}` : null;
}

/*
 * The page's text brought up to date: what is right stays as it is; else as many lines as before
 * around its one `...`. null where that is for a person to do.
 */
function renew(page, printed) {
	if (difference(page, printed) === null) {
		return page;
	}
	const have = printed.replace(/\n+$/, '').split('\n').filter((line, i, all) => all.length > 1 || line !== '');
	const gaps = page.flatMap((line, i) => (line.trim() === '...' ? [i] : []));
	if (gaps.length === 0) {
		return have;
	}
	if (gaps.length > 1) {
		return null;
	}
	const tail = page.length - 1 - gaps[0];
	return [...have.slice(0, gaps[0]), '...', ...(tail > 0 ? have.slice(-tail) : [])];
}

module.exports = { difference, renew };
