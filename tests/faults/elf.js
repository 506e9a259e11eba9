'use strict';
/*
 * elf - makes and bends ELF files: headers of other machines, cut and damaged cores.
 */
const fs = require('fs');

const ET_CORE = 4;
const EM_386 = 3;
const EM_X86_64 = 62;
const EM_AARCH64 = 183;
const PT_NOTE = 4;
const EHDR64 = 64;
const PHDR64 = 56;

/* A core of nothing: the header and one empty PT_NOTE. */
function header64({ type = ET_CORE, machine = EM_X86_64, bigEndian = false, programs = 1 } = {}) {
	const file = Buffer.alloc(EHDR64 + PHDR64);
	const u16 = (at, v) => (bigEndian ? file.writeUInt16BE(v, at) : file.writeUInt16LE(v, at));
	const u32 = (at, v) => (bigEndian ? file.writeUInt32BE(v, at) : file.writeUInt32LE(v, at));
	const u64 = (at, v) => (bigEndian ? file.writeBigUInt64BE(BigInt(v), at)
		: file.writeBigUInt64LE(BigInt(v), at));
	file.write('\x7fELF', 'latin1');
	file.set([2, bigEndian ? 2 : 1, 1], 4);
	u16(16, type);
	u16(18, machine);
	u32(20, 1);
	u64(32, EHDR64);
	u16(52, EHDR64);
	u16(54, PHDR64);
	u16(56, programs);
	u32(EHDR64, PT_NOTE);
	u64(EHDR64 + 8, file.length);
	return file;
}

function header32() {
	const file = Buffer.alloc(52 + 32);
	file.write('\x7fELF', 'latin1');
	file.set([1, 1, 1], 4);
	file.writeUInt16LE(ET_CORE, 16);
	file.writeUInt16LE(EM_386, 18);
	file.writeUInt32LE(1, 20);
	file.writeUInt32LE(52, 28);
	file.writeUInt16LE(52, 40);
	file.writeUInt16LE(32, 42);
	file.writeUInt16LE(1, 44);
	file.writeUInt32LE(PT_NOTE, 52);
	return file;
}

/* The program headers of a core: [{ at, type, offset, size }], `at` its place in the file. */
function programHeaders(file) {
	const fd = fs.openSync(file);
	const ehdr = Buffer.alloc(EHDR64);
	fs.readSync(fd, ehdr, 0, EHDR64, 0);
	const start = Number(ehdr.readBigUInt64LE(32));
	const number = ehdr.readUInt16LE(56);
	const table = Buffer.alloc(number * PHDR64);
	fs.readSync(fd, table, 0, table.length, start);
	fs.closeSync(fd);
	return Array.from({ length: number }, (unused, i) => ({
		at: start + i * PHDR64, type: table.readUInt32LE(i * PHDR64),
		offset: Number(table.readBigUInt64LE(i * PHDR64 + 8)),
		size: Number(table.readBigUInt64LE(i * PHDR64 + 32)),
	}));
}

/* Write bytes into a file, beyond its present end if need be. */
function patch(file, at, bytes) {
	const fd = fs.openSync(file, 'r+');
	fs.writeSync(fd, bytes, 0, bytes.length, at);
	fs.closeSync(fd);
}

function u64(value) {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

module.exports = { header64, header32, programHeaders, patch, u64, PT_NOTE, EHDR64, PHDR64, EM_AARCH64 };
