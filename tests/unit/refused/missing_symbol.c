/* missing_symbol.c - refused: a shared object, but no plugin. */
#include "scoregate_plugin.h"

SG_PLUGIN const int something_else = 1;
