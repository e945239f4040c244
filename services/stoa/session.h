/* session.h - what `stoa run` and `stoa chat` share: the settings of a
 * terminal, its connection, and one line from start to final card. */
#ifndef STOA_SESSION_H
#define STOA_SESSION_H

#include "base/id.h"
#include "stoa/client.h"

#include <stdbool.h>

#define SESSION_PATH_MAX 1024

struct session {
	struct stoa_loop *loop;
	struct client *client;
	struct stoa_conf *conf;
	struct stoa_id user;
	char home[SESSION_PATH_MAX];
	char url[512];
	char key_file[SESSION_PATH_MAX + 32];
};

/* What main returns: fits scripts. */
enum session_exit {
	SESSION_OK = 0,
	SESSION_ERROR_CARD = 1, /* refused or failed */
	SESSION_USAGE = 2,
	SESSION_NO_ANSWER = 3,
};

/* Reads the options of `stoa <name>` (argv[0] is the name) and opens the
 * connection, which comes up by itself. *ret_text is the argument that is no
 * option, or NULL. False: *ret_exit is what to return; it has been said. */
bool session_open(struct session *s, int argc, char **argv,
    const char **ret_text, enum session_exit *ret_exit);
void session_close(struct session *s);

bool session_wants_json(const struct session *s);

/* One typed line: /upload of a path of this machine is done here, all else
 * is sent as it is. As client_send_line. */
STOA_MUST_USE enum stoa_status session_send(struct session *s,
    struct stoa_str line, client_live live, client_done done, void *owner);

/* How a command ended. */
enum session_exit session_exit_of(const Stoa__Chat__Card *card);

/* "the suite does not run in ...": why nobody answers. */
void session_explain_silence(const struct session *s);

#endif
