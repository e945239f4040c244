/* contract.c - the contract of the bus as JSON, for tests in other languages.
 *   contract HOME */
#include "stoa/contract.h"
#include "base/buf.h"
#include "stoa/home.h"

#include <stdio.h>
#include <string.h>

static void
list_print(const char *name, const char *const *subjects, size_t max,
    const char *token, struct stoa_buf *out)
{
	stoa_buf_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < max && subjects[i] != NULL; i++) {
		stoa_buf_add_text(out, i == 0 ? "\"" : ",\"");
		for (const char *at = subjects[i]; *at != '\0'; at++) {
			if (*at == '%') {
				stoa_buf_add_text(out, token);
			} else {
				stoa_buf_add_byte(out, (uint8_t)*at);
			}
		}
		stoa_buf_add_text(out, "\"");
	}
	stoa_buf_add_text(out, "]");
}

int
main(int argc, char **argv)
{
	struct home home = {0};
	char user[16] = "";
	struct stoa_buf out;

	if (argc != 2) {
		fprintf(stderr, "contract HOME\n");
		return 2;
	}
	(void)snprintf(home.path, sizeof(home.path), "%s", argv[1]);
	if (!home_console_user(&home, user)) {
		fprintf(stderr, "%s has no console key\n", argv[1]);
		return 1;
	}
	stoa_buf_init(&out, 1 << 20);
	stoa_buf_add_text(&out, "[");
	for (size_t i = 0; i < contract_user_count; i++) {
		const struct contract_user *u = &contract_users[i];
		const char *token =
		    strcmp(u->name, "console") == 0 ? user : u->name;

		stoa_buf_printf(&out, "%s{\"name\":\"%s\",\"token\":\"%s\"",
		    i == 0 ? "" : ",", u->name, token);
		list_print("publish", u->publish,
		    sizeof(u->publish) / sizeof(u->publish[0]), token, &out);
		list_print("subscribe", u->subscribe,
		    sizeof(u->subscribe) / sizeof(u->subscribe[0]), token,
		    &out);
		stoa_buf_add_text(&out, "}");
	}
	stoa_buf_add_text(&out, "]\n");
	(void)fputs(out.data, stdout);
	stoa_buf_fini(&out);
	return 0;
}
