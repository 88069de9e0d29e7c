/* wrong_magic.c - refused: its magic is another one. */
#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_wrong_magic = {
	.magic = 0x12345678,
	.size = sizeof(struct sg_plugin),
	.abi_major = SCOREGATE_ABI_MAJOR,
	.abi_minor = SCOREGATE_ABI_MINOR,
	.name = "wrong_magic",
	.version = "1.0",
	.summary = "refused",
};
