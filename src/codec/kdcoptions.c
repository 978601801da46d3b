#include <kcdfix/krbmsg.h>

/* RFC 4120 5.4.1, RFC 6806 (canonicalize), RFC 8062 (request-anonymous), MS-SFU 2.2.3 (cname-in-addl-tkt). */
static const struct {
  uint32_t option;
  const char *name;
} OPTIONS[] = {
    {KCD_KDC_FORWARDABLE, "forwardable"},
    {KCD_KDC_FORWARDED, "forwarded"},
    {KCD_KDC_OPTION(3), "proxiable"},
    {KCD_KDC_OPTION(4), "proxy"},
    {KCD_KDC_OPTION(5), "allow-postdate"},
    {KCD_KDC_OPTION(6), "postdated"},
    {KCD_KDC_OPTION(8), "renewable"},
    {KCD_KDC_OPTION(11), "opt-hardware-auth"},
    {KCD_KDC_CNAME_IN_ADDL_TKT, "cname-in-addl-tkt"},
    {KCD_KDC_CANONICALIZE, "canonicalize"},
    {KCD_KDC_OPTION(16), "request-anonymous"},
    {KCD_KDC_OPTION(26), "disable-transited-check"},
    {KCD_KDC_OPTION(27), "renewable-ok"},
    {KCD_KDC_ENC_TKT_IN_SKEY, "enc-tkt-in-skey"},
    {KCD_KDC_OPTION(30), "renew"},
    {KCD_KDC_OPTION(31), "validate"},
};

char *kcd_kdc_options_names(uint32_t options)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < sizeof(OPTIONS) / sizeof(OPTIONS[0]); i++)
    if ((options & OPTIONS[i].option) != 0) {
      kcd_buf_addf(&out, "%s%s", out.len > 0 ? ", " : "", OPTIONS[i].name);
      options &= ~OPTIONS[i].option;
    }
  if (options != 0)
    kcd_buf_addf(&out, "%s0x%08x", out.len > 0 ? ", " : "", options);
  return kcd_buf_take_text(&out);
}
