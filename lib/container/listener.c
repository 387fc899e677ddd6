/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listener of a seccomp filter, see listener.h. */
#include <errno.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/fd.h"
#include "container/container.h"
#include "container/listener.h"
#include "sys/message.h"

/* So much goes in one piece, with the descriptor. */
#define FIRST_PART 4096

static void write_process_state(struct text *text, const struct spec_seccomp *seccomp,
				const struct record *record, const char *status, int pid)
{
	text_printf(text, "{\"ociVersion\":\"" SPEC_VERSION "\",\"fds\":[\"seccompFd\"],\"pid\":%d",
		    pid);
	if (seccomp->listenerMetadata) {
		text_puts(text, ",\"metadata\":");
		text_json(text, seccomp->listenerMetadata);
	}
	text_puts(text, ",\"state\":");
	container_state(text, record, status, (int)record->pid.value);
	text_putc(text, '}');
}

static int send_text(int fd, const struct text *text, int descriptor)
{
	size_t sent = text->length < FIRST_PART ? text->length : FIRST_PART;
	int r = message_send(fd, text->data, sent, descriptor);

	while (r == 0 && sent < text->length) {
		ssize_t n = send(fd, text->data + sent, text->length - sent, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			r = -errno;
		sent += n < 0 ? 0 : (size_t)n;
	}
	return r;
}

int listener_send(const struct spec *spec, const struct record *record, const char *status, int pid,
		  int listener, struct oci_error *err)
{
	const struct spec_seccomp *seccomp = spec->linux_->seccomp;
	cleanup(fd_done) int fd = socket_connect(seccomp->listenerPath);
	cleanup(text_done) struct text text = { 0 };
	int r = fd < 0 ? fd : 0;

	write_process_state(&text, seccomp, record, status, pid);
	if (r == 0)
		r = text.failed ? -ENOMEM : send_text(fd, &text, listener);
	if (r < 0)
		return fail(err, r, "/linux/seccomp/listenerPath",
			    "/linux/seccomp/listenerPath: cannot hand the listener over to \"%s\"",
			    seccomp->listenerPath);
	return 0;
}
