/* ws_server.h - a WebSocket server (RFC 6455) on plain sockets, as rude as
 * the path that a client asks for:
 *
 *     /echo            what comes goes back
 *     /parts           one message in three frames, a ping in between; echo
 *     /slow            one message, a byte at a time; echo
 *     /large           one message of WS_LARGE bytes; echo
 *     /binary          one binary message of all 256 bytes; echo
 *     /flood           WS_FLOOD messages of WS_FLOOD_LEN bytes; echo
 *     /close/<code>    a close frame at once; 0: one without a code
 *     /drop            the connection breaks at once
 *     /torn            the connection breaks in mid-message
 *     /deaf            reads nothing until the client is gone
 *     /stall           never answers the upgrade
 *     /refuse          answers it with 403
 *     /garbage         answers it with what is no HTTP
 *     /forged          answers it with the wrong key
 *
 * One thread for each connection; none outlives ws_server_stop. */
#ifndef STOA_TESTS_EDGE_WS_SERVER_H
#define STOA_TESTS_EDGE_WS_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#define WS_LARGE     300000
#define WS_FLOOD     512
#define WS_FLOOD_LEN 16384

unsigned ws_server_start(void); /* the port */
void ws_server_stop(void);

/* What the connections have seen so far, all together. */
struct ws_seen {
	unsigned accepted;
	unsigned upgraded;
	unsigned messages; /* text, whole */
	unsigned pongs;
	unsigned closes;     /* close frames */
	unsigned close_code; /* of the last one; 0: it had none */
	unsigned drops;	     /* ends without a close frame */
	unsigned ended;	     /* connections that are over */
	bool is_blocked;     /* a flood cannot be sent for now */
	char request[2048];  /* the last one */
};

struct ws_seen ws_server_seen(void);

#endif
