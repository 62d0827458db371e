"""Classifiers over gold products: read from Delta without a JVM, trained under Horovod, registered in MLflow."""
