'use strict';
/*
 * snapshot - reads V8's own heap snapshot: how many nodes of each type and name.
 */
const fs = require('fs');

function load(file) {
	const { snapshot, nodes, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
	const fields = snapshot.meta.node_fields;
	const types = snapshot.meta.node_types[0];
	const [type, name] = [fields.indexOf('type'), fields.indexOf('name')];
	const objects = new Map(); // constructor's name -> nodes of type 'object'
	const totals = new Map(); // type -> nodes
	for (let at = 0; at < nodes.length; at += fields.length) {
		const kind = types[nodes[at + type]];
		totals.set(kind, (totals.get(kind) ?? 0) + 1);
		if (kind === 'object') {
			const text = strings[nodes[at + name]];
			objects.set(text, (objects.get(text) ?? 0) + 1);
		}
	}
	return { objects, totals };
}

module.exports = { load };
