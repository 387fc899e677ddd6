/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same program in C++, as it would be written there. */
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

#include <oci/oci.h>

namespace
{

struct free_context {
	void operator()(oci_context *context) const
	{
		oci_context_free(context);
	}
};

void check(int result, const oci_error &error)
{
	if (result < 0)
		throw std::runtime_error(error.message);
}

void run(const std::string &state_root, const std::string &bundle, const std::string &id)
{
	oci_context_options context_options{};
	oci_create_options options{};
	oci_context *raw = nullptr;
	oci_error error;
	int pidfd = -1, status = -1;

	context_options.size = sizeof(context_options);
	context_options.state_root = state_root.c_str();
	context_options.log = [](void *, oci_log_level, const char *message) {
		std::cerr << message << '\n';
	};
	check(oci_context_new(&context_options, &raw, &error), error);
	std::unique_ptr<oci_context, free_context> context(raw);

	options.size = sizeof(options);
	options.bundle = bundle.c_str();
	check(oci_run(context.get(), id.c_str(), &options, &pidfd, &error), error);
	check(oci_wait(pidfd, &status, &error), error);
	std::cout << "status " << status << std::endl;
	check(oci_delete(context.get(), id.c_str(), 0, &error), error);
}

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	try {
		run(argv[1], argv[2], argv[3]);
	} catch (const std::exception &error) {
		std::cerr << error.what() << '\n';
		return 1;
	}
	return 0;
}
