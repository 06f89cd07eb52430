"""Write the DDL of `warehouse.cluster_ddl` as one SQL script: `python -m warehouse.write_cluster_ddl CLUSTER`."""

import argparse
import sys

from warehouse.cluster_ddl import cluster_ddl


def main() -> int:
    """Exit code 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cluster", help="its name in the servers' remote_servers")
    sys.stdout.write(";\n\n".join(cluster_ddl(parser.parse_args().cluster)) + ";\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
