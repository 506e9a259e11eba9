'use strict';
/*
 * server - a small web shop that leaks: it keeps each visitor's session for ever. It sends itself
 * requests, and its own consistency check ends it in the middle of the last of them.
 */
const http = require('http');
const truth = require('./truth.js');

const VISITORS = Number(process.argv[2] || 3000);
const ITEMS = ['apple', 'bread', 'cheese', 'dates'];

class Cart {
	constructor() {
		this.items = [];
	}
	add(item) {
		this.items.push(item);
	}
	total() {
		return this.items.map(function price(item) {
			return checkStock(item);
		}).reduce((sum, n) => sum + n, 0);
	}
}

class Session {
	constructor(id, user) {
		this.id = id;
		this.user = user;
		this.cart = new Cart();
		this.started = new Date(1700000000000 + id * 1000);
	}
}

const sessions = new Map();

function checkStock(item) {
	if (sessions.size < VISITORS) {
		return item.count * 1.5;
	}
	(global.gc || (() => {}))(); // what is left then is what leaks
	truth.write({
		constructors: { Session: VISITORS, Cart: VISITORS }, stack: truth.stack(),
		ducks: [{ constructor: 'Session', properties: ['id', 'user', 'cart', 'started'], count: VISITORS }],
	});
	process.abort();
}

function handle(request, response) {
	const id = sessions.size + 1;
	const session = new Session(id, { name: `visitor ${id}`, agent: request.headers['user-agent'] });
	sessions.set(session.id, session);
	for (let n = 0; n < 2; n++) {
		session.cart.add({ name: ITEMS[(id + n) % ITEMS.length], count: 1 + (id % 3) });
	}
	response.end(`${session.cart.total()}\n`);
}

function visit(port, agent) {
	const options = { port, agent, headers: { 'user-agent': 'visitor/1.0' } };
	http.get(options, (response) => {
		response.resume();
		response.on('end', () => visit(port, agent));
	});
}

const server = http.createServer(handle);
server.listen(0, '127.0.0.1', () => {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
	for (let i = 0; i < 4; i++) {
		visit(server.address().port, agent);
	}
});
