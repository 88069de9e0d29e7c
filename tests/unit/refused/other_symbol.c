/* other_symbol.c - refused: a plugin whose file was renamed. */
#include "scoregate_plugin.h"

SG_PLUGIN const struct sg_plugin sg_plugin_first_name = {
	SG_PLUGIN_HEAD,
	.name = "first_name",
	.version = "1.0",
	.summary = "refused",
};
