from sklearn.cluster import KMeans


def model(dbt, session):
    frame = dbt.ref("fares").toPandas()
    frame["CLUSTER"] = KMeans(3).fit_predict(frame)
    return frame
