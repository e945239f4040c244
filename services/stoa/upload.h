/* upload.h - /upload of a path on this machine.
 *
 * Three steps: /upload asks the bot where to put the bytes, storage takes
 * them over HTTP with the capability the bot gave, /upload again names the CID
 * that came out. Reading and sending run on the worker pool. */
#ifndef STOA_UPLOAD_H
#define STOA_UPLOAD_H

#include "stoa/client.h"

/* An /upload whose file is a path. */
bool upload_is_ours(const Stoa__Chat__Command *command);

/* `command` is borrowed for the call. `done` gets the dataset's card, or one
 * that says what went wrong. Refuses as client_send. */
STOA_MUST_USE enum stoa_status upload_start(struct stoa_loop *loop,
    struct client *client, const Stoa__Chat__Command *command, client_live live,
    client_done done, void *owner);

#endif
