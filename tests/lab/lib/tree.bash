# tree.bash: a tree of Debian 13 in the cache, for its Samba. Sourced by lab, never run. Needs CACHE, die and LAB_SOURCE.
# shellcheck shell=bash

readonly TREE_RELEASE=trixie
readonly TREE_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# python3-cffi-backend: samba-tool imports cryptography, which debootstrap's simple resolver installs without it.
tree_packages() {
  {
    "$LAB_SOURCE/../packages" --list dc
    echo python3-cffi-backend
  } | paste -sd ,
}

# Where this machine has its own Debian from.
tree_mirror() {
  local own site suite component mirror
  # shellcheck disable=SC2016 # apt's own names
  local fields='$(RELEASE)|$(COMPONENT)|$(SITE)'
  # shellcheck source=/dev/null
  own=$(. /etc/os-release && echo "$VERSION_CODENAME")
  while IFS='|' read -r suite component site; do
    [[ ($suite == "$own" || $suite == stable) && $component == main ]] || continue
    mirror=$site
    break
  done < <(apt-get indextargets --format "$fields" 'Created-By: Packages')
  [[ -n ${mirror:-} ]] || die "apt knows no source of Debian's $own main to take $TREE_RELEASE from"
  echo "$mirror"
}

# Into a name of its own, then renamed: what bears the name of a tree is whole.
build_tree() {
  local tree=$1 mirror packages status=0
  mirror=$(tree_mirror)
  packages=$(tree_packages)
  remove_trees
  building=$(mktemp -d "$CACHE/making-tree.XXXXXX")
  echo "lab: making the tree of Debian 13 (once, about a minute)" >&2
  in_namespaces -- debootstrap --variant=minbase --keyring="$TREE_KEYRING" --include="$packages" \
    "$TREE_RELEASE" "$building/root" "$mirror" >"$building/log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    tail -n 20 "$building/log" >&2
    die "could not make the tree of Debian 13"
  fi
  rm -rf -- "$building"/root/var/{cache/apt,lib/apt/lists}
  chroot "$building/root" samba --version >"$building/version" || die "the tree of Debian 13 has no working Samba"
  mv -T -- "$building" "$tree"
  building=
}

# A tree that a lab lives on stays until that is gone.
remove_trees() {
  local tree lock
  rm -rf -- "$CACHE"/making-tree.*
  for tree in "$CACHE"/tree.*/; do
    { exec {lock}<"$tree"; } 2>/dev/null || continue
    ! flock --nonblock "$lock" || rm -rf -- "$tree"
    exec {lock}<&-
  done
}

# Sets LAB_TREE and tree_lock. A lock of its own, so that labs of the other kind do not wait for a minute; and while a lab lives it
# holds the tree.
prepare_tree() {
  local tree lock
  tree=$CACHE/tree.$(tree_packages | sha256sum | cut -c1-16)
  exec {lock}>"$CACHE/tree.lock"
  flock "$lock"
  [[ -d $tree ]] || build_tree "$tree"
  touch -- "$tree"
  exec {tree_lock}<"$tree"
  flock --shared "$tree_lock"
  exec {lock}>&-
  export LAB_TREE=$tree/root
}
