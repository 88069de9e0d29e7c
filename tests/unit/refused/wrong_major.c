/*
 * wrong_major.c - refused: built for another major. Its constructor shows that
 * no code of a refused plugin runs: it would end the test.
 */
#include <unistd.h>

#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_wrong_major = {
	.magic = SCOREGATE_ABI_MAGIC,
	.size = sizeof(struct sg_plugin),
	.abi_major = SCOREGATE_ABI_MAJOR + 1,
	.abi_minor = SCOREGATE_ABI_MINOR,
	.name = "wrong_major",
	.version = "1.0",
	.summary = "refused",
};

__attribute__((constructor)) static void
run_before_anybody_asked(void)
{
	_exit(99);
}
