#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/bytes.h>

void kcd_buf_init(struct kcd_buf *buf, size_t cap)
{
  *buf = (struct kcd_buf){.cap = cap};
}

void kcd_buf_done(struct kcd_buf *buf)
{
  if (buf == NULL)
    return;
  if (buf->secret)
    kcd_wipe(buf->data, buf->size);
  free(buf->data);
  buf->data = NULL;
  buf->len = buf->size = 0;
}

static void move_to(struct kcd_buf *buf, size_t size)
{
  if (!buf->secret) {
    buf->data = kcd_reallocarray(buf->data, size, 1);
    buf->size = size;
    return;
  }
  /* realloc(3) would leave a copy behind. */
  uint8_t *data = kcd_calloc(size, 1);
  if (buf->len > 0)
    memcpy(data, buf->data, buf->len);
  kcd_wipe(buf->data, buf->size);
  free(buf->data);
  buf->data = data;
  buf->size = size;
}

/* Room for LEN more bytes and the NUL behind them. */
static bool reserve(struct kcd_buf *buf, size_t len)
{
  if (buf->failed || len > buf->cap || buf->len > buf->cap - len) {
    buf->failed = true;
    return false;
  }
  size_t needed = buf->len + len + 1;
  if (needed <= buf->size)
    return true;
  size_t doubled = buf->size > SIZE_MAX / 2 ? needed : buf->size * 2;
  size_t size = doubled < 64 ? 64 : doubled;
  move_to(buf, size < needed ? needed : size);
  return true;
}

void kcd_buf_add(struct kcd_buf *buf, const void *data, size_t len)
{
  if (!reserve(buf, len))
    return;
  if (len > 0)
    memcpy(buf->data + buf->len, data, len);
  buf->len += len;
  buf->data[buf->len] = 0;
}

void kcd_buf_add_text(struct kcd_buf *buf, const char *text)
{
  kcd_buf_add(buf, text, strlen(text));
}

void kcd_buf_addf(struct kcd_buf *buf, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  char *text = kcd_vasprintf(format, args);
  va_end(args);
  kcd_buf_add_text(buf, text);
  kcd_free_secret(text); /* the buffer may be one */
}

void kcd_buf_add_u8(struct kcd_buf *buf, uint8_t value)
{
  kcd_buf_add(buf, &value, 1);
}

void kcd_buf_add_u16le(struct kcd_buf *buf, uint16_t value)
{
  const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
  kcd_buf_add(buf, bytes, sizeof(bytes));
}

void kcd_buf_add_u32le(struct kcd_buf *buf, uint32_t value)
{
  kcd_buf_add_u16le(buf, (uint16_t)value);
  kcd_buf_add_u16le(buf, (uint16_t)(value >> 16));
}

char *kcd_buf_take_text(struct kcd_buf *buf)
{
  if (buf->failed) {
    kcd_buf_done(buf);
    return NULL;
  }
  if (buf->data == NULL)
    return kcd_strndup("", 0);
  char *text = (char *)KCD_TAKE(buf->data);
  buf->len = buf->size = 0;
  return text;
}
