# kcd_add_unit(name [SOURCES more.c ...] [LIBS target ...] [WRAP symbol ...])
#   tests/unit/<name>.c as the cmocka program and ctest case unit.<name>. WRAP lists functions of foreign libraries that
#   the test replaces: only for faults that a real server does not produce on demand.
function(kcd_add_unit name)
  cmake_parse_arguments(UNIT "" "" "SOURCES;LIBS;WRAP" ${ARGN})
  add_executable(${name} ${name}.c ${UNIT_SOURCES})
  target_link_libraries(${name} PRIVATE ${UNIT_LIBS} PkgConfig::CMOCKA kcd_flags)
  foreach(symbol IN LISTS UNIT_WRAP)
    target_link_options(${name} PRIVATE "LINKER:--wrap=${symbol}")
  endforeach()
  add_test(NAME unit.${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# kcd_add_fuzz(name [LIBS target ...])
#   tests/fuzz/<name>.c: with KCDFIX_FUZZ a libFuzzer program, else a program that replays tests/fuzz/corpus/<what> as
#   the ctest case fuzz.<what>, so that no target rots.
function(kcd_add_fuzz name)
  cmake_parse_arguments(FUZZ "" "" "SOURCES;LIBS" ${ARGN})
  string(REPLACE "fuzz_" "" what ${name})
  if(KCDFIX_FUZZ)
    add_executable(${name} ${name}.c ${FUZZ_SOURCES})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set(arguments -runs=0)
  else()
    add_executable(${name} ${name}.c replay.c ${FUZZ_SOURCES})
    set(arguments "")
  endif()
  target_link_libraries(${name} PRIVATE ${FUZZ_LIBS} kcd_flags)
  add_test(NAME fuzz.${what} COMMAND ${name} ${arguments} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${what}")
  set_tests_properties(fuzz.${what} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

# kcd_add_bats(folder name [LABEL label] [IN_LAB] [LAB option...] [AS case] [TIMEOUT s])
#   tests/<folder>/<name>.bats; IN_LAB runs the whole file inside a throwaway domain of its own, and so does LAB, with
#   these options of tests/lab/lab. AS names the case where a file runs in more than one lab.
function(kcd_add_bats folder name)
  cmake_parse_arguments(BATS "IN_LAB" "LABEL;TIMEOUT;AS" "LAB" ${ARGN})
  if(NOT BATS_LABEL)
    set(BATS_LABEL ${folder})
  endif()
  if(NOT BATS_AS)
    set(BATS_AS ${name})
  endif()
  if(NOT BATS_TIMEOUT)
    set(BATS_TIMEOUT 300)
  endif()
  set(command bats --print-output-on-failure "${PROJECT_SOURCE_DIR}/tests/${folder}/${name}.bats")
  if(BATS_IN_LAB OR BATS_LAB)
    set(command "${PROJECT_SOURCE_DIR}/tests/lab/lab" ${BATS_LAB} run ${command})
  endif()
  set(environment
    LC_ALL=C.UTF-8 # the tests write names with umlauts, whatever the locale of the machine
    KCDFIX_BUILD_DIR=${PROJECT_BINARY_DIR}
    KCDFIX_BIN=${PROJECT_BINARY_DIR}/src/cli/kcdfix
    KCDFIX_SOURCE_DIR=${PROJECT_SOURCE_DIR})
  add_test(NAME ${folder}.${BATS_AS} COMMAND ${command})
  set_tests_properties(${folder}.${BATS_AS} PROPERTIES LABELS ${BATS_LABEL} TIMEOUT ${BATS_TIMEOUT}
    ENVIRONMENT "${environment}")
endfunction()
