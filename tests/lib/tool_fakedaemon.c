/* SPDX-License-Identifier: BSD-2-Clause */
/* A daemon that serves fixed replies, for tests of its clients: fakedaemon SOCKET SNAPSHOT
 * [STAGES]. A request {"cmd":"X"} gets the file X.json beside SNAPSHOT where there is one; else one
 * with "stages" gets the file STAGES, every other one SNAPSHOT, newlines turned into blanks. Files
 * are read anew for each request, so that a test can replace them (by rename). An empty file gets
 * no reply at all. "ready" on stdout: serving. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 16
#define REQUEST_LEN 4096
#define PATH_LEN    512

struct peer {
	int fd;
	char request[REQUEST_LEN];
	size_t len;
};

/* Returned owned; NULL when it cannot be read. */
static char *read_file(const char *path, size_t *len)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "re");

	*len = 0;
	if (!f)
		return NULL;
	do {
		char *grown = realloc(text, size += 65536);

		if (!grown)
			break;
		text = grown;
		*len += fread(text + *len, 1, size - *len - 1, f);
	} while (!feof(f) && !ferror(f));
	fclose(f);
	return text;
}

static int send_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int reply(int fd, const char *path)
{
	size_t len;
	char *text = read_file(path, &len);
	int rc = 0;

	if (!text) {
		fprintf(stderr, "fakedaemon: %s: %s\n", path, strerror(errno));
		return -EIO;
	}
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			text[i] = ' ';
	}
	if (len) {
		text[len++] = '\n'; /* read_file() leaves room for one more */
		rc = send_all(fd, text, len);
	}
	free(text);
	return rc;
}

/* The file of the request's command, "" there is none. */
static void find_file(const char *request, const char *snapshot, char path[PATH_LEN])
{
	static const char key[] = "\"cmd\":\"";
	const char *name = strstr(request, key), *folder_end = strrchr(snapshot, '/');
	size_t len = name ? strspn(name + sizeof(key) - 1, "abcdefghijklmnopqrstuvwxyz") : 0;

	path[0] = '\0';
	if (!len || !strncmp(name + sizeof(key) - 1, "snapshot\"", 9))
		return;
	snprintf(path, PATH_LEN, "%.*s%.*s.json", folder_end ? (int)(folder_end + 1 - snapshot) : 0,
		 snapshot, (int)len, name + sizeof(key) - 1);
	if (access(path, R_OK))
		path[0] = '\0';
}

/* Negative: the client is done. */
static int serve(struct peer *p, const char *snapshot, const char *stages)
{
	ssize_t n = recv(p->fd, p->request + p->len, sizeof(p->request) - p->len - 1, 0);
	char *end, path[PATH_LEN];

	if (n <= 0)
		return -ECONNRESET;
	p->len += (size_t)n;
	p->request[p->len] = '\0';
	while ((end = strchr(p->request, '\n'))) {
		int rc;

		*end = '\0';
		find_file(p->request, snapshot, path);
		rc = reply(p->fd, path[0]			 ? path
				  : strstr(p->request, "stages") ? stages
								 : snapshot);
		if (rc)
			return rc;
		p->len -= (size_t)(end + 1 - p->request);
		memmove(p->request, end + 1, p->len + 1);
	}
	return p->len == sizeof(p->request) - 1 ? -EMSGSIZE : 0;
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(addr.sun_path))
		return -1;
	strcpy(addr.sun_path, path);
	unlink(path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, CLIENTS_MAX))
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	static struct peer peer[CLIENTS_MAX];
	int listen_fd, cnt = 0;

	if (argc < 3 || argc > 4) {
		fputs("usage: fakedaemon SOCKET SNAPSHOT [STAGES]\n", stderr);
		return 2;
	}
	listen_fd = listen_at(argv[1]);
	if (listen_fd < 0) {
		fprintf(stderr, "fakedaemon: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd pfd[CLIENTS_MAX + 1] = {
			{.fd = cnt < CLIENTS_MAX ? listen_fd : -1, .events = POLLIN}};

		for (int i = 0; i < cnt; i++)
			pfd[i + 1] = (struct pollfd){.fd = peer[i].fd, .events = POLLIN};
		if (poll(pfd, (nfds_t)cnt + 1, -1) < 0 && errno != EINTR)
			return 1;
		for (int i = cnt - 1; i >= 0; i--) {
			if (!pfd[i + 1].revents || serve(&peer[i], argv[2], argv[argc - 1]) >= 0)
				continue;
			close(peer[i].fd);
			peer[i] = peer[--cnt];
		}
		if (pfd[0].revents & POLLIN) {
			peer[cnt] =
				(struct peer){.fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC)};
			cnt += peer[cnt].fd >= 0;
		}
	}
}
