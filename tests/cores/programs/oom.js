'use strict';
/*
 * oom - runs out of memory. How far it got stands in the heap itself (`progress.truthMade`), since
 * nothing can be written at that moment; the file holds what is known at the start.
 */
const truth = require('./truth.js');

const progress = { truthMade: 0 };

class TruthOom {
	constructor(i) {
		this.i = i;
		this.text = `text ${i}`;
		this.list = [i, {}];
	}
}

truth.write({ reason: 'JavaScript heap out of memory' });
const keep = [];
for (let i = 0; ; i++) {
	keep.push(new TruthOom(i));
	progress.truthMade = i + 1;
}
