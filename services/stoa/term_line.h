/* term_line.h - the prompt: editing, history, completion, and what appears
 * above it meanwhile.
 *
 * One thread. term_line_next waits for a key by calling `wait`, which turns
 * the caller's loop once; whatever that brings in may be shown at any moment
 * with term_line_print (stays) and term_line_status (replaced by the next
 * one), and the line being typed is redrawn below. Input that is no terminal
 * is read line by line, without prompt, history or status.
 *
 * Signals are the caller's: it tells about SIGWINCH and SIGINT. */
#ifndef STOA_TERM_LINE_H
#define STOA_TERM_LINE_H

#include "base/status.h"
#include "stoa/term_complete.h"

#include <stdio.h>

struct term_line;

/* Lines remembered. */
#define TERM_HISTORY_MAX 1000

struct term_line_options {
	FILE *in, *out;	    /* borrowed; `in` must not have been read from */
	const char *prompt; /* "stoa> " */
	const char *history_path; /* NULL: none is kept; made with 0600 */

	/* Turns the caller's loop; returns when input may be there, at the
	 * latest when something else has happened. False: end. */
	bool (*wait)(void *owner);
	term_values values; /* may be NULL */
	void *owner;
};

/* `options` is copied, its texts too. NO_MEMORY, or UNSUPPORTED where the
 * terminal cannot be edited on. */
STOA_MUST_USE enum stoa_status term_line_open(
    const struct term_line_options *options, struct term_line **ret_line);

/* Restores the terminal. NULL does nothing. */
void term_line_close(struct term_line *l);

/* The next line without its end, valid until the next call; false at the end
 * of input or when `wait` says so. An interrupted line comes empty. A line is
 * cut after TERM_LINE_LEN_MAX, which is more than a command may have. */
bool term_line_next(struct term_line *l, struct stoa_str *ret_line);

#define TERM_LINE_LEN_MAX 8200

/* Shows whole lines above status and prompt. */
void term_line_print(struct term_line *l, struct stoa_str text);

/* Shows whole lines right above the prompt in place of the last status; empty
 * removes it. On what is no terminal it does nothing. */
void term_line_status(struct term_line *l, struct stoa_str text);

void term_line_resized(struct term_line *l);

/* Gives the line up that is being typed. */
void term_line_interrupt(struct term_line *l);

#endif
