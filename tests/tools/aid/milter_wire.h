/*
 * milter_wire.h - the milter protocol from the MTA's side, version 6: packets
 * of a 4-byte length, a command byte and data. Blocking. (Debian's miltertest
 * crashes on replies over 1-2 KB, so this is our own.)
 */
#ifndef TESTS_TOOLS_AID_MILTER_WIRE_H
#define TESTS_TOOLS_AID_MILTER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Steps (SMFIP_*) that matter here. */
enum {
	WIRE_NR_HDR = 0x80,
	WIRE_SKIP = 0x400,
	WIRE_NR_CONN = 0x1000,
	WIRE_NR_HELO = 0x2000,
	WIRE_NR_MAIL = 0x4000,
	WIRE_NR_RCPT = 0x8000,
	WIRE_NR_DATA = 0x10000,
	WIRE_NR_UNKN = 0x20000,
	WIRE_NR_EOH = 0x40000,
	WIRE_NR_BODY = 0x80000,
	WIRE_ALL_STEPS = 0x1fffff, /* as Postfix 3.7 offers */
	WIRE_ALL_ACTIONS = 0x1ff
};

struct milter_wire {
	int fd;
	uint32_t actions; /* as negotiated */
	uint32_t steps;
	struct buf out; /* written with the next command that is answered */
	struct buf in;	/* the packet last read: command byte, data */
	size_t in_at;
	size_t in_have;
	unsigned char chunk[65536];
};

/* "unix:/path", "/path" or "inet:port@ipv4". false: errno says why. */
bool wire_open(struct milter_wire *wire, const char *address);
void wire_close(struct milter_wire *wire);

/* Queues a packet; wire_read() sends what is queued first. */
void wire_put(struct milter_wire *wire, char command, const void *data,
	      size_t len);
bool wire_flush(struct milter_wire *wire);
/* The next packet into `in`; false: the connection ended. */
bool wire_read(struct milter_wire *wire);

/* Offers and takes the answer. */
bool wire_negotiate(struct milter_wire *wire, uint32_t version,
		    uint32_t actions, uint32_t steps);
/* Does the milter answer this command, after what was negotiated? */
bool wire_is_answered(const struct milter_wire *wire, char command);
/* Is the reply byte one that ends the answer (and no edit or progress)? */
bool wire_is_final(char reply);

/* Data of the common commands, appended to `data`. */
void wire_connect_data(struct buf *data, const char *name, const char *address);
void wire_header_data(struct buf *data, const char *name, const char *value);
void wire_args_data(struct buf *data, const char *const *args, size_t n);

uint32_t wire_number(const char *four_bytes);

#endif
