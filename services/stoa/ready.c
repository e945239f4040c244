/* ready.c - one HTTP request over a unix socket, by libcurl. */
#include "stoa/ready.h"

#include <curl/curl.h>
#include <stdio.h>

static size_t
on_data(char *data, size_t size, size_t count, void *arg)
{
	stoa_buf_add(arg, data, size * count);
	return size * count;
}

bool
ready_fetch(const char *socket_path, const char *path, struct stoa_buf *out)
{
	CURL *curl = curl_easy_init();
	char url[128];
	long code = 0;

	if (curl == NULL) {
		return false;
	}
	(void)snprintf(url, sizeof(url), "http://localhost%s", path);
	(void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
	(void)curl_easy_setopt(curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 200L);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
	if (curl_easy_perform(curl) == CURLE_OK) {
		(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	}
	curl_easy_cleanup(curl);
	return code == 200;
}

bool
ready_ask(const char *socket_path)
{
	struct stoa_buf out;
	bool ok;

	stoa_buf_init(&out, 4096);
	ok = ready_fetch(socket_path, "/readyz", &out);
	stoa_buf_fini(&out);
	return ok;
}
