/* form_table.c - every form there is, those that are sure first. See form.h. */
#include "classify/form.h"

const struct bounce_form *const form_table[] = {
	form_fields, form_qmail,     form_exim,	   form_google,
	form_yahoo,  form_sendmail,  form_postfix, form_exchange,
	form_notes,  form_groupwise, form_dma,	   form_imail,
	form_filter, form_mobile,    form_other,   NULL,
};
