"""Certificates of our own, for a few names."""
import subprocess


def make(folder, name, *, hosts=("track.example.test",), days=30):
    """folder/NAME.pem and folder/NAME.key, readable by nobody else."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    alternatives = ",".join(f"DNS:{host}" for host in hosts)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(days),
         "-subj", f"/CN={hosts[0]}", "-addext",
         f"subjectAltName={alternatives}", "-keyout", key, "-out",
         certificate], check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key
