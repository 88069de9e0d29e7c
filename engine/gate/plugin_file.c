/* plugin_file.c - see plugin_file.h. */
#include "gate/plugin_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE		 EM_X86_64
#define RELOCATE_BY_BASE R_X86_64_RELATIVE
#elif defined(__aarch64__)
#define MACHINE		 EM_AARCH64
#define RELOCATE_BY_BASE R_AARCH64_RELATIVE
#elif defined(__riscv)
#define MACHINE		 EM_RISCV
#define RELOCATE_BY_BASE R_RISCV_RELATIVE
#elif defined(__powerpc64__)
#define MACHINE		 EM_PPC64
#define RELOCATE_BY_BASE R_PPC64_RELATIVE
#elif defined(__s390x__)
#define MACHINE		 EM_S390
#define RELOCATE_BY_BASE R_390_RELATIVE
#else
#error "name this machine's ELF constants here"
#endif
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BYTE_ORDER_HERE ELFDATA2LSB
#else
#define BYTE_ORDER_HERE ELFDATA2MSB
#endif

/* Tables of a file may overlap, name each other and have any size: what is
 * looked at is bounded, not what they say. A real plugin needs thousands. */
enum { LOOKS_MOST = 10000000, TEXT_MOST = 1024 };

/* A file as it lies in memory; every access is checked against its end. */
struct image {
	unsigned char *bytes; /* in the pool */
	size_t len;
	unsigned looks; /* so far */
	Elf64_Ehdr head;
};

static bool
image_get(struct image *image, uint64_t offset, void *to, size_t len)
{
	if (len > image->len || offset > image->len - len ||
	    image->looks == LOOKS_MOST)
		return false;
	image->looks++;
	memcpy(to, image->bytes + offset, len);
	return true;
}

/* Read, not mapped: a file that is cut while it is looked at must not end the
 * daemon. O_NONBLOCK: nor must a pipe hold it up. */
static enum sg_status
image_open(struct image *image, struct pool *pool, const char *path,
	   struct sg_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	ssize_t got = 1;

	if (fd < 0)
		return err_errno(err, errno == ENOENT ? SG_REFUSED : SG_FAILED,
				 "cannot open plugin %s", path);
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) ||
	    info.st_size < (off_t)sizeof(Elf64_Ehdr) ||
	    info.st_size > PLUGIN_FILE_MOST) {
		close(fd);
		return err_set(err, SG_REFUSED,
			       "%s: not a shared object (a regular ELF file "
			       "of at most 64 MB was expected)",
			       path);
	}
	image->bytes = pool_alloc(pool, (size_t)info.st_size);
	while (got > 0 && image->len < (size_t)info.st_size) {
		got = read(fd, image->bytes + image->len,
			   (size_t)info.st_size - image->len);
		image->len += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	if (image->len < sizeof(Elf64_Ehdr))
		return err_errno(err, SG_FAILED, "cannot read plugin %s", path);
	return SG_OK;
}

static enum sg_status
image_check(struct image *image, const char *path, struct sg_err *err)
{
	const Elf64_Ehdr *head = &image->head;

	memcpy(&image->head, image->bytes, sizeof(image->head));
	if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
		return err_set(err, SG_REFUSED,
			       "%s: not a shared object (no ELF magic)", path);
	if (head->e_ident[EI_CLASS] != ELFCLASS64 ||
	    head->e_ident[EI_DATA] != BYTE_ORDER_HERE ||
	    head->e_machine != MACHINE)
		return err_set(err, SG_REFUSED,
			       "%s: built for another machine (ELF machine %u, "
			       "this one is %u)",
			       path, head->e_machine, MACHINE);
	if (head->e_type != ET_DYN || head->e_phentsize != sizeof(Elf64_Phdr) ||
	    head->e_shentsize != sizeof(Elf64_Shdr))
		return err_set(err, SG_REFUSED,
			       "%s: ELF, but not a shared object", path);
	return SG_OK;
}

/* Where the bytes of a virtual address stand in the file. */
static bool
image_offset(struct image *image, uint64_t address, uint64_t *offset_out)
{
	Elf64_Phdr part;

	for (unsigned i = 0; i < image->head.e_phnum; i++) {
		if (!image_get(image, image->head.e_phoff + i * sizeof(part),
			       &part, sizeof(part)))
			return false;
		if (part.p_type == PT_LOAD && address >= part.p_vaddr &&
		    address - part.p_vaddr < part.p_filesz) {
			*offset_out = part.p_offset + (address - part.p_vaddr);
			return true;
		}
	}
	return false;
}

static bool
image_section(struct image *image, unsigned i, Elf64_Shdr *section)
{
	return i < image->head.e_shnum &&
	       image_get(image, image->head.e_shoff + i * sizeof(*section),
			 section, sizeof(*section));
}

/* The text at this offset, or NULL when it does not end inside the file, or
 * not soon enough. */
static const char *
image_text(const struct image *image, uint64_t offset)
{
	const char *text;
	uint64_t most;

	if (offset >= image->len)
		return NULL;
	text = (const char *)image->bytes + offset;
	most = image->len - offset;
	return memchr(text, '\0', most < TEXT_MOST ? most : TEXT_MOST) ? text
								       : NULL;
}

/*
 * The dynamic symbol of that name. When it is not there `other_out` is another
 * symbol that begins with sg_plugin_, or NULL.
 */
static bool
image_symbol(struct image *image, const char *name, Elf64_Sym *symbol_out,
	     const char **other_out)
{
	Elf64_Shdr table, names;
	const char *text;

	*other_out = NULL;
	for (unsigned i = 0; image_section(image, i, &table); i++) {
		if (table.sh_type != SHT_DYNSYM ||
		    !image_section(image, table.sh_link, &names))
			continue;
		for (uint64_t at = 0; at + sizeof(*symbol_out) <= table.sh_size;
		     at += sizeof(*symbol_out)) {
			if (!image_get(image, table.sh_offset + at, symbol_out,
				       sizeof(*symbol_out)))
				return false;
			text = image_text(image, names.sh_offset +
							 symbol_out->st_name);
			if (!text || symbol_out->st_shndx == SHN_UNDEF)
				continue;
			if (strcmp(text, name) == 0)
				return true;
			if (strncmp(text, "sg_plugin_", 10) == 0)
				*other_out = text;
		}
	}
	return false;
}

/* What the pointer at this address will be: its relocation's addend. 0: NULL,
 * or a kind of relocation that needs more than the file. */
static uint64_t
image_pointer(struct image *image, uint64_t address)
{
	Elf64_Shdr section;
	Elf64_Rela entry;

	for (unsigned i = 0; image_section(image, i, &section); i++) {
		if (section.sh_type != SHT_RELA)
			continue;
		for (uint64_t at = 0; at + sizeof(entry) <= section.sh_size;
		     at += sizeof(entry)) {
			if (!image_get(image, section.sh_offset + at, &entry,
				       sizeof(entry)))
				return 0;
			if (entry.r_offset == address &&
			    ELF64_R_TYPE(entry.r_info) == RELOCATE_BY_BASE)
				return (uint64_t)entry.r_addend;
		}
	}
	return 0;
}

static const char *
image_text_pointer(struct image *image, struct pool *pool, uint64_t address)
{
	uint64_t target = image_pointer(image, address), offset;
	const char *text = NULL;

	if (target && image_offset(image, target, &offset))
		text = image_text(image, offset);
	return text ? pool_strdup(pool, text) : NULL;
}

static void
read_signals(struct image *image, struct pool *pool, uint64_t at,
	     struct plugin_file *file)
{
	struct sg_signal_declaration *rows =
		pool_alloc(pool, sizeof(*rows) * PLUGIN_SIGNALS_MOST);
	size_t n = 0;

	for (; at && n < PLUGIN_SIGNALS_MOST; n++, at += sizeof(*rows)) {
		rows[n].name = image_text_pointer(
			image, pool,
			at + offsetof(struct sg_signal_declaration, name));
		if (!rows[n].name)
			break;
		rows[n].properties = image_text_pointer(
			image, pool,
			at + offsetof(struct sg_signal_declaration,
				      properties));
		rows[n].summary = image_text_pointer(
			image, pool,
			at + offsetof(struct sg_signal_declaration, summary));
	}
	file->signals = rows;
	file->n_signals = n;
}

static void
read_routes(struct image *image, struct pool *pool, uint64_t at,
	    struct plugin_file *file)
{
	struct sg_route *rows =
		pool_alloc(pool, sizeof(*rows) * PLUGIN_SIGNALS_MOST);
	size_t n = 0;

	for (; at && n < PLUGIN_SIGNALS_MOST; n++, at += sizeof(*rows)) {
		rows[n].prefix = image_text_pointer(
			image, pool, at + offsetof(struct sg_route, prefix));
		if (!rows[n].prefix)
			break;
		rows[n].summary = image_text_pointer(
			image, pool, at + offsetof(struct sg_route, summary));
	}
	file->routes = rows;
	file->n_routes = n;
}

/* "/usr/lib/scoregate/open.so" -> "open". */
static enum sg_status
name_of_file(const char *path, char name[32], struct sg_err *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = strlen(base);

	if (len < 4 || strcmp(base + len - 3, ".so") != 0 || len - 3 > 31)
		return err_set(err, SG_REFUSED,
			       "%s: a plugin's file is called NAME.so, NAME of "
			       "at most 31 characters",
			       path);
	memcpy(name, base, len - 3);
	name[len - 3] = '\0';
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len - 3)
		return err_set(err, SG_REFUSED,
			       "%s: a plugin's name is made of a-z, 0-9 and _",
			       path);
	return SG_OK;
}

static enum sg_status
find_descriptor(struct image *image, const char *path, const char *name,
		uint64_t *address_out, struct sg_err *err)
{
	char wanted[64];
	const char *other;
	Elf64_Sym symbol;

	snprintf(wanted, sizeof(wanted), "sg_plugin_%s", name);
	if (image_symbol(image, wanted, &symbol, &other)) {
		*address_out = symbol.st_value;
		return SG_OK;
	}
	if (image->looks == LOOKS_MOST)
		return err_set(err, SG_REFUSED,
			       "%s: its tables are larger than any plugin's",
			       path);
	if (other)
		return err_set(err, SG_REFUSED,
			       "%s: exports %s; a file of this name must "
			       "export %s",
			       path, other, wanted);
	return err_set(err, SG_REFUSED,
		       "%s: does not export %s: not a Scoregate plugin, or "
		       "built without SG_PLUGIN before its descriptor",
		       path, wanted);
}

/* Never more than the descriptor says it has: what follows is not ours. */
static bool
read_head(struct image *image, uint64_t address, struct sg_plugin *descriptor)
{
	size_t plain = offsetof(struct sg_plugin, signals);
	uint64_t offset;

	return image_offset(image, address, &offset) &&
	       image_get(image, offset, descriptor, plain);
}

static enum sg_status
read_image(struct image *image, struct pool *pool, const char *path,
	   struct plugin_file *file, struct sg_err *err)
{
	uint64_t address = 0;
	enum sg_status status =
		find_descriptor(image, path, file->name, &address, err);

	if (status != SG_OK)
		return status;
	if (!read_head(image, address, &file->descriptor))
		return err_set(err, SG_REFUSED,
			       "%s: its descriptor sg_plugin_%s is not "
			       "constant data in the file",
			       path, file->name);
	status = plugin_check_head(&file->descriptor, file->name, err);
	if (status != SG_OK) {
		err_prefix(err, "%s", path);
		return status;
	}
	read_signals(image, pool,
		     image_pointer(image, address + offsetof(struct sg_plugin,
							     signals)),
		     file);
	read_routes(image, pool,
		    image_pointer(image,
				  address + offsetof(struct sg_plugin, routes)),
		    file);
	return SG_OK;
}

enum sg_status
plugin_file_read(struct pool *pool, const char *path,
		 struct plugin_file *file_out, struct sg_err *err)
{
	struct image image;
	enum sg_status status;

	memset(file_out, 0, sizeof(*file_out));
	memset(&image, 0, sizeof(image));
	status = name_of_file(path, file_out->name, err);
	if (status == SG_OK)
		status = image_open(&image, pool, path, err);
	if (status != SG_OK)
		return status;
	status = image_check(&image, path, err);
	if (status == SG_OK)
		status = read_image(&image, pool, path, file_out, err);
	return status;
}
